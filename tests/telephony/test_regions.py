"""Where numbers come from, without asking anybody."""

import pytest

from telephony.regions import chinese_regions, country_words, origin_of, region_words


@pytest.mark.parametrize(
    ("number", "country", "region", "at_home", "chinese"),
    [
        ("+8613812342211", "CN", "Jiangsu/Lianyungang", "13812342211", "江苏连云港"),
        ("+8613912342211", "CN", "Jiangsu/Changzhou", "13912342211", "江苏常州"),
        ("+8618688881234", "CN", "Guangdong/Guangzhou", "18688881234", "广东广州"),
        ("+8617053512345", "CN", "Shanxi/Taiyuan", "17053512345", "山西太原"),
        ("+8617012342211", "CN", "", "17012342211", ""),
        ("+861062345678", "CN", "Beijing", "01062345678", "北京"),
        ("+862162345678", "CN", "Shanghai", "02162345678", "上海"),
        ("+8675586543210", "CN", "Guangdong/Shenzhen", "075586543210", "广东深圳"),
        ("4001234567", "CN", "", "4001234567", ""),
        ("+442079460958", "GB", "London", "02079460958", "London"),
        ("+447700900123", "GB", "", "07700900123", ""),
        ("+12125550123", "US", "NY", "2125550123", "NY"),
        ("+16132581234", "CA", "ON", "6132581234", "ON"),
        ("+85221234567", "HK", "", "21234567", ""),
        ("anonymous", "", "", "", ""),
        ("+", "", "", "", ""),
        ("", "", "", "", ""),
    ],
)
def test_a_number_has_a_country_and_a_region(number, country, region, at_home, chinese):
    assert origin_of(number, "CN") == (country, region, at_home)
    assert region_words(region, "zh-hans") == chinese


def test_regions_have_words_in_both_languages():
    assert region_words("Guangdong/Shenzhen", "en") == "Shenzhen, Guangdong"
    assert region_words("Guangdong", "zh-hans") == "广东"
    assert (country_words("CN", "zh-hans"), country_words("GB", "en")) == ("中国", "United Kingdom")
    assert country_words("", "en") == ""


def test_an_editor_offers_provinces_and_their_cities():
    offered = chinese_regions()
    assert {"Beijing", "Guangdong", "Guangdong/Guangzhou", "Xinjiang/Urumqi"} <= set(offered)
    assert "London" not in offered
    assert len(offered) == len(set(offered)) == 367
