"""Where archives lie: files of this machine, the web (by parts), S3-compatible stores.

An `ArchiveOpener` crosses to worker processes and to a cluster, so it carries plain values only. Requests to
S3 are signed by botocore (Signature Version 4, docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-
requests.html) and sent by our own guarded client; without keys they are sent as they are, for public buckets.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, cast
from urllib.parse import quote

from linkstead.errors import InputError, UsageError
from linkstead.index.build import open_local
from linkstead.index.inputs import is_remote
from linkstead.journey.fetching import fetch_settings
from linkstead.monitor.fetch import FetchSettings
from linkstead.monitor.remote_file import PART_BYTES, RemoteFile, SyncDownloader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from linkstead.monitor.guard import Network
    from linkstead.settings import Settings

_S3: Final = "s3://"
#: The longest list of archives that is read from the web: a crawl's is some 15 MB unpacked.
_LIST_BYTES: Final = 64 << 20
_BUFFER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class S3Access:
    """How an S3-compatible store is reached; no access key means no signature."""

    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)

    def url(self, address: str) -> str:
        """The http(s) address of `s3://bucket/key`: under the endpoint if one is set, else Amazon's.

        Raises `UsageError`.
        """
        bucket, slash, key = address.removeprefix(_S3).partition("/")
        if not bucket or not slash or not key:
            raise UsageError(f"{address} names no file of a bucket; write s3://bucket/folder/file.warc.gz.")
        path = quote(key, safe="/~")
        if self.endpoint:
            return f"{self.endpoint.rstrip('/')}/{quote(bucket, safe='')}/{path}"
        if "." in bucket:  # the certificate knows one label before the service's name
            return f"https://s3.{self.region}.amazonaws.com/{bucket}/{path}"
        return f"https://{bucket}.s3.{self.region}.amazonaws.com/{path}"

    def signer(self) -> Callable[[str, Mapping[str, str]], Mapping[str, str]] | None:
        """Adds the signature to a request's headers; None without keys. Raises `UsageError`."""
        if not self.access_key:
            return None
        try:
            from botocore.auth import S3SigV4Auth
            from botocore.awsrequest import AWSRequest
            from botocore.credentials import Credentials
        except ImportError:
            raise UsageError(
                "Signed requests to S3 need botocore; install it: pip install 'linkstead[s3]'."
            ) from None
        keys = Credentials(self.access_key, self.secret_key, self.session_token or None)

        def sign(url: str, headers: Mapping[str, str]) -> Mapping[str, str]:
            request = AWSRequest("GET", url, headers=dict(headers))
            S3SigV4Auth(keys, "s3", self.region).add_auth(request)
            return {str(name): str(value) for name, value in request.headers.items()}

        return sign


@dataclass(frozen=True, slots=True)
class ArchiveOpener:
    """Opens archives wherever they lie (`index.build.Opener`); the same in every process."""

    networks: tuple[Network, ...] = ()
    user_agent: str = ""
    s3: S3Access = S3Access()
    pause: float = 0.0

    def __call__(self, address: str, /) -> AbstractContextManager[BinaryIO]:
        return self._remote(address) if is_remote(address) else open_local(address)

    def client(self, address: str) -> SyncDownloader:
        """A client, to be entered, for addresses like this one."""
        return SyncDownloader(self._settings(), sign=self.s3.signer() if address.startswith(_S3) else None)

    def url(self, address: str) -> str:
        """An address as the client has to be asked for it."""
        return self.s3.url(address) if address.startswith(_S3) else address

    def read_list(self, address: str) -> bytes:
        """A list of archives, as it is stored."""
        with self.client(address) as web:
            return web.whole(self.url(address), _LIST_BYTES)

    @contextmanager
    def parts(self, address: str, web: SyncDownloader, part_bytes: int = PART_BYTES) -> Iterator[BinaryIO]:
        """A file that is read here and there, over a client that is open already."""
        if not is_remote(address):
            with open_local(address) as local:
                yield local
            return
        with RemoteFile(self.url(address), web, part_bytes=part_bytes) as file:
            yield cast("BinaryIO", io.BufferedReader(file, min(_BUFFER, part_bytes)))

    @contextmanager
    def _remote(self, address: str) -> Iterator[BinaryIO]:
        with self.client(address) as web, self.parts(address, web) as file:
            yield file

    def _settings(self) -> FetchSettings:
        return FetchSettings(
            allowed_private_networks=self.networks,
            user_agent=self.user_agent,
            delay_seconds=self.pause,
            pages_only=False,
        )


def archive_opener(settings: Settings, *, pause: float = 0.0) -> ArchiveOpener:
    """The opener of this installation; `pause` is the least time between two requests to a host."""
    fetching = fetch_settings(settings)
    access = S3Access(
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_access_key,
        settings.s3_secret_key,
        settings.s3_session_token,
    )
    if access.access_key and not access.secret_key:
        raise InputError("LINKSTEAD_S3_ACCESS_KEY is set without LINKSTEAD_S3_SECRET_KEY; set both or none.")
    return ArchiveOpener(fetching.allowed_private_networks, fetching.agent, access, pause)
