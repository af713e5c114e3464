"""Tables of the browser tier: what a page may load, Chromium's switches, its errors in our words."""

from __future__ import annotations

from typing import Final

#: What a page may load: what builds it. Pictures, fonts, media, pings and the rest never help to find a
#: link, and frames are documents of their own (Playwright's names of resource types).
LOADED: Final = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
#: Methods that change nothing on the other side.
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: Chromium's switches (https://peter.sh/experiments/chromium-command-line-switches/), beside Playwright's.
SWITCHES: Final = (
    # names are resolved and sockets opened by the proxy only; a second wall behind --proxy-server
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-blink-features=WebTransport",
    # no errands of its own
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--disable-crash-reporter",
    "--no-first-run",
    # no windows, pictures, sound, graphics
    "--block-new-web-contents",
    "--blink-settings=imagesEnabled=false",
    "--disable-notifications",
    "--disable-speech-api",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-3d-apis",
    # bounds
    "--disk-cache-size=1",
    "--js-flags=--max-old-space-size=384",
)
#: Playwright's own switches that open what is to stay shut.
NOT_WANTED: Final = ("--disable-popup-blocking", "--no-sandbox")

#: What a page looks like, to see when it changes no more.
SIGN: Final = (
    "document.readyState + ':' + document.getElementsByTagName('*').length + ':' + document.links.length"
)

#: The page as markup. It is copied into a document without scripts; open shadow roots become children of
#: their hosts, as search engines flatten them; `noscript` is what this browser did not show; relative
#: addresses keep the base that they have now (history.pushState changes it).
SERIALISED: Final = """
(limit => {
  const inert = document.implementation.createHTMLDocument('');
  const opened = (from, to) => {
    if (from.shadowRoot) {
      for (const child of from.shadowRoot.childNodes) {
        const copy = inert.importNode(child, true);
        to.appendChild(copy);
        if (child.nodeType === 1) below(child, copy);
      }
    }
  };
  const below = (from, to) => {
    const pairs = [[from, to]];
    while (pairs.length) {
      const [one, other] = pairs.pop();
      const ones = one.children, others = [...other.children];
      for (let i = 0; i < ones.length; i++) pairs.push([ones[i], others[i]]);
      opened(one, other);
    }
  };
  const root = document.documentElement;
  if (!root) return ['', false];
  const copy = inert.importNode(root, true);
  below(root, copy);
  for (const unseen of copy.querySelectorAll('noscript')) unseen.remove();
  if (!copy.querySelector('base[href]')) {
    const base = inert.createElement('base');
    base.setAttribute('href', document.baseURI);
    (copy.querySelector('head') || copy).prepend(base);
  }
  const text = '<!DOCTYPE html>' + copy.outerHTML;
  return [text.slice(0, limit), text.length > limit];
})(LIMIT)
"""

#: Chromium's net errors in our words (net/base/net_error_list.h). First match wins.
TROUBLE: Final = (
    ("ERR_TOO_MANY_REDIRECTS", "too_many_redirects", "the browser gave up"),
    ("ERR_UNSAFE_REDIRECT", "bad_redirect", "not a web address"),
    ("ERR_INVALID_REDIRECT", "bad_redirect", "not a web address"),
    ("ERR_UNSAFE_PORT", "address_refused", "port"),
    ("ERR_BLOCKED_BY_CLIENT", "address_refused", "not a document of the web"),
    ("ERR_UNKNOWN_URL_SCHEME", "bad_redirect", "not a web address"),
    ("Download is starting", "not_html", "a file to be saved"),
    ("ERR_TIMED_OUT", "timeout", "no answer in time"),
    ("Timeout", "timeout", "no answer in time"),
    ("ERR_SSL", "tls", "no secure connection"),
    ("ERR_CERT", "tls", "no secure connection"),
    ("ERR_CONTENT_DECODING", "encoding", "a content coding that could not be undone"),
    ("ERR_CONNECTION", "connection", "connection broken"),
    ("ERR_TUNNEL", "connection", "no connection"),
    ("ERR_PROXY", "connection", "no connection"),
    ("ERR_EMPTY_RESPONSE", "connection", "closed without an answer"),
    ("ERR_ABORTED", "not_html", "no document"),
    ("crash", "bad_answer", "the page broke the browser"),
)
