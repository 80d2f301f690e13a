"""Makes numbers.bin.gz and places.csv out of the geocoding data of the package `phonenumbers` (Apache 2.0).

    uv pip install --target /tmp/full --no-deps phonenumbers && python -m telephony.regions.build /tmp/full

Not part of the running product: the whole package takes four seconds and 183 MB in each process that asks it.
"""

import csv
import gzip
import importlib
import re
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from telephony.regions import NUMBERS, PLACES, WIDTH

PROVINCES = {
    "Anhui": "安徽", "Beijing": "北京", "Chongqing": "重庆", "Fujian": "福建", "Gansu": "甘肃", "Guangdong": "广东",
    "Guangxi": "广西", "Guizhou": "贵州", "Hainan": "海南", "Hebei": "河北", "Heilongjiang": "黑龙江", "Henan": "河南",
    "Hubei": "湖北", "Hunan": "湖南", "Inner Mongolia": "内蒙古", "Jiangsu": "江苏", "Jiangxi": "江西", "Jilin": "吉林",
    "Liaoning": "辽宁", "Ningxia": "宁夏", "Qinghai": "青海", "Shaanxi": "陕西", "Shandong": "山东", "Shanghai": "上海",
    "Shanxi": "山西", "Sichuan": "四川", "Tianjin": "天津", "Tibet": "西藏", "Xinjiang": "新疆", "Yunnan": "云南",
    "Zhejiang": "浙江",
}  # fmt: skip
OTHER_SPELLINGS = {
    "Urumchi": "Urumqi",
    "Hulun": "Hulunbuir",
    "Xilin": "Xilingol",
    "Bayannur": "Bayan Nur",
    "Diqing": "Deqen",
    "Nujiangm": "Nujiang",
    "Simao": "Pu'er",
    "Puer": "Pu'er",
    "Xiangfan": "Xiangyang",
    "Shangri-La": "Deqen",
    "Mangshi": "Dehong",
}
_PEOPLES = (
    "土家族|苗族|藏族|羌族|彝族|回族|傣族|白族|壮族|侗族|布依族|蒙古族|"
    "蒙古|哈萨克|朝鲜族|景颇族|傈僳族|哈尼族|柯尔克孜"
)
_ENDING = re.compile(rf"(市|地区|盟|林区|({_PEOPLES})*自治州)$")

Names = dict[str, dict[str, str]]


def build(source: Path) -> None:
    """`source` is the folder in which the package `phonenumbers` lies."""
    known = _whole_package(source)
    named = dict(_chinese(known))
    chinese_words = _words(named.values())
    regions = _one_key_per_word({prefix: key for prefix, (key, _word) in named.items()}, chinese_words)
    regions |= dict(_british(known)) | dict(_american(known))
    places = sorted(set(regions.values()) | {key.split("/")[0] for key in regions.values()})
    _write_places(places, chinese_words)
    _write_numbers(regions, {place: index for index, place in enumerate(places, start=1)})


def _whole_package(source: Path) -> Names:
    """The product's own copy is the small one, without this data."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "phonenumbers"]:
        del sys.modules[name]
    sys.path.insert(0, str(source))
    known = importlib.import_module("phonenumbers.geodata").GEOCODE_DATA
    return {
        prefix: names for prefix, names in known.items() if prefix[:2] in ("86", "44") or prefix[0] == "1"
    }


def _chinese(known: Names) -> Iterator[tuple[str, tuple[str, str]]]:
    """Prefix → (province/city, the city's Chinese name). One of several cities is the first named in Chinese."""
    cities = {
        names["zh"]: names["en"] for names in known.values() if "zh" in names and "/" not in names["en"]
    }
    for prefix, names in known.items():
        if not prefix.startswith("86") or names["en"] == "China":
            continue
        word = names.get("zh", "").split("、")[0]
        city, _, province = (
            names["en"] if "/" not in names["en"] else cities.get(word, names["en"])
        ).partition(", ")
        city = _spelled(city.split("/")[0])
        yield prefix, (f"{province}/{city}" if province else city, word)


def _spelled(city: str) -> str:
    """`XiAn` → `Xi'an`."""
    return OTHER_SPELLINGS.get(city) or re.sub(r"(?<=[a-z])A(?=n)", "'a", city)


def _words(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The Chinese word of each region: what most of its prefixes are called, the short way people say it."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for key, word in named:
        if word and "\ufffd" not in word:
            votes[key][word] += 1
    found = dict(PROVINCES)
    for key, counted in votes.items():
        province = PROVINCES[key.split("/")[0]]
        if "/" in key:
            city = re.sub(
                rf"^{province}(省|自治区|壮族自治区|维吾尔自治区)?", "", counted.most_common(1)[0][0]
            )
            found[key] = province + _ENDING.sub("", city)
    return found


def _one_key_per_word(regions: dict[str, str], words: dict[str, str]) -> dict[str, str]:
    """`Akesu` and `Aksu` are one place: the spelling most prefixes have."""
    spelled: dict[str, str] = {}
    for key, _count in Counter(regions.values()).most_common():
        spelled.setdefault(words.get(key, key), key)
    return {prefix: spelled[words.get(key, key)] for prefix, key in regions.items()}


def _british(known: Names) -> Iterator[tuple[str, str]]:
    for prefix, names in known.items():
        if prefix.startswith("44"):
            yield prefix, names["en"].split("/")[0]


def _american(known: Names) -> Iterator[tuple[str, str]]:
    """An area code stands for the state or province most of its exchanges lie in."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for prefix, names in known.items():
        state = re.search(r", ([A-Z]{2})$", names["en"])
        if prefix.startswith("1") and state:
            votes[prefix[:4]][state[1]] += 1
    for area, counted in votes.items():
        yield area, counted.most_common(1)[0][0]


def _write_places(places: list[str], words: dict[str, str]) -> None:
    with PLACES.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows((place, words.get(place, "")) for place in places)


def _write_numbers(regions: dict[str, str], indexes: dict[str, int]) -> None:
    """Ranges of the first digits, each from its start to the next one's; the longest prefix wins, 0 is unknown."""
    starts, found = array("I"), array("H")
    for start, index in sorted(_marks(regions, indexes).items()):
        if not found or found[-1] != index:
            starts.append(start)
            found.append(index)
    data = len(starts).to_bytes(4, "little") + starts.tobytes() + found.tobytes()
    NUMBERS.write_bytes(gzip.compress(data, mtime=0))


def _marks(regions: dict[str, str], indexes: dict[str, int]) -> dict[int, int]:
    """Start → place. Ranges of prefixes lie within one another or apart: an ended one gives way to the outer."""
    marks, around = {0: 0}, [(10**WIDTH, 0)]
    for prefix in sorted(regions):
        first, last = int(prefix.ljust(WIDTH, "0")), int(prefix.ljust(WIDTH, "9"))
        while around[-1][0] < first:
            ended, _index = around.pop()
            marks[ended + 1] = around[-1][1]
        marks[first] = indexes[regions[prefix]]
        around.append((last, marks[first]))
    while len(around) > 1:
        ended, _index = around.pop()
        marks[ended + 1] = around[-1][1]
    return marks


if __name__ == "__main__":
    build(Path(sys.argv[1]))
