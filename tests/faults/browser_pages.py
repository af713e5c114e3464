"""Pages for the browser tier: ways in which scripts reach for addresses, and ways to build a link."""

from __future__ import annotations

from typing import Final

TARGET: Final = "https://example.com/wanted"

_WORKER: Final = "new Worker(URL.createObjectURL(new Blob([`CODE`])))"
_SHARED: Final = "new SharedWorker(URL.createObjectURL(new Blob([`CODE`])))"
_HEAD: Final = "document.head.insertAdjacentHTML('beforeend', `MARKUP`)"


def _in_head(*markup: str) -> str:
    return _HEAD.replace("MARKUP", "".join(markup))


#: What a page may try to reach an address by; `TO` is host and port. A page that gets there says `reached`.
WAYS: Final[dict[str, str]] = {
    "fetch": "fetch('http://TO/', {mode: 'no-cors'}).then(() => root.append('rea' + 'ched'))",
    "xmlhttprequest": "const x = new XMLHttpRequest(); x.open('GET', 'http://TO/'); x.send()",
    "image": "new Image().src = 'http://TO/'",
    "script": "document.head.append(Object.assign(document.createElement('script'), {src: 'http://TO/'}))",
    "module": "import('http://TO/')",
    "stylesheet": _in_head("<link rel=stylesheet href=http://TO/>"),
    "style": _in_head("<style>@import url(http://TO/); body { background: url(http://TO/) }</style>"),
    "frame": "root.innerHTML = '<iframe src=http://TO/></iframe>'",
    "frame that asks": "root.innerHTML = '<iframe srcdoc=\"<img src=x onerror=fetch(`http://TO/`)>\"></iframe>'",
    "object": "root.innerHTML = '<object data=http://TO/></object><embed src=http://TO/>'",
    "hints": _in_head(
        "<link rel=preconnect href=http://TO/>",
        "<link rel=dns-prefetch href=http://TO/>",
        "<link rel=prefetch href=http://TO/>",
        "<link rel=preload as=script href=http://TO/>",
        "<link rel=modulepreload href=http://TO/>",
        "<link rel=icon href=http://TO/>",
        "<link rel=manifest href=http://TO/>",
    ),
    "speculation": (
        "document.head.append(Object.assign(document.createElement('script'), {type: 'speculationrules',"
        " textContent: JSON.stringify({prerender: [{urls: ['http://TO/']}]})}))"
    ),
    "websocket": "new WebSocket('ws://TO/'); new WebSocket('wss://TO/')",
    "websocket of a worker": _WORKER.replace("CODE", "new WebSocket('ws://TO/')"),
    "event source": "new EventSource('http://TO/')",
    "beacon": "navigator.sendBeacon('http://TO/', 'x')",
    "worker": _WORKER.replace("CODE", "fetch('http://TO/'); importScripts('http://TO/')"),
    "shared worker": _SHARED.replace("CODE", "fetch('http://TO/'); importScripts('http://TO/')"),
    "tls": "fetch('https://TO/', {mode: 'no-cors'})",
    "webrtc": (
        "const c = new RTCPeerConnection({iceServers: [{urls: ['stun:TO', 'turn:TO?transport=udp',"
        " 'turn:TO?transport=tcp'], username: 'u', credential: 'c'}]}); c.createDataChannel('x');"
        " c.createOffer().then(offer => c.setLocalDescription(offer))"
    ),
    "form": "root.innerHTML = '<form id=f action=http://TO/></form>'; f.submit()",
    "window": "window.open('http://TO/')",
    "location": "location.href = 'http://TO/'",
    "user info": "fetch('http://user@TO/', {mode: 'no-cors'})",
}

#: The link is put in place when `put` is called.
PUT: Final = f"const put = () => root.innerHTML = '<a href=\"{TARGET}\" rel=ugc>Words</a>';"

_FRAMEWORK: Final = """
const h = (tag, attributes, ...children) => ({tag, attributes: attributes || {}, children: children.flat()});
const made = node => {
  if (typeof node === 'string') return document.createTextNode(node);
  const element = document.createElement(node.tag);
  for (const [name, value] of Object.entries(node.attributes)) element.setAttribute(name, value);
  element.append(...node.children.map(made));
  return element;
};
const patch = tree => root.replaceChildren(made(tree));
const changed = (o, k, v) => { o[k] = v; queueMicrotask(() => patch(view())); return true };
const state = new Proxy({items: []}, {set: changed});
const item = i => h('li', null, h('a', {href: i.url}, i.name));
const view = () => h('ul', {class: 'list'}, state.items.map(item));
fetch('/data.json').then(r => r.json()).then(d => state.items = d.items);
"""

_ELEMENT: Final = "customElements.define('NAME', class extends HTMLElement { connectedCallback() { BODY } });"
_SHADOW: Final = "this.attachShadow({mode: 'open'}).innerHTML = `MARKUP`"
_LINK: Final = f"<a href='{TARGET}'>Words</a>"


def _script(*lines: str) -> str:
    return f"<script>{' '.join(lines)}</script>"


def _putting(*lines: str) -> str:
    return _script(PUT, *lines)


def _element(name: str, body: str) -> str:
    return _ELEMENT.replace("NAME", name).replace("BODY", body)


def _shadow(markup: str) -> str:
    return _SHADOW.replace("MARKUP", markup)


#: How pages put their link in place; `PORT` is the web's. `/data.json` and others are the test's.
BUILT: Final[dict[str, str]] = {
    "at once": _putting("put()"),
    "when the document is ready": _putting("addEventListener('DOMContentLoaded', put)"),
    "when it is loaded": _putting("addEventListener('load', () => setTimeout(put))"),
    "after a timer of one second": _putting("setTimeout(put, 1000)"),
    "after a chain of timers": _putting("setTimeout(() => setTimeout(() => setTimeout(put, 400), 400), 400)"),
    "from JSON": _putting("fetch('/data.json').then(r => r.json()).then(put)"),
    "from slow JSON": _putting("fetch('/slow.json').then(r => r.json()).then(put)"),
    "from two answers": _putting("fetch('/data.json').then(() => fetch('/slow.json')).then(put)"),
    "by XMLHttpRequest": _putting(
        "const x = new XMLHttpRequest();", "x.onload = put;", "x.open('GET', '/data.json');", "x.send()"
    ),
    "by a module": "<script type=module src=/module.js></script>",
    "by an imported part": _script("import('/module.js')"),
    "by a deferred script": "<script defer src=/module.js></script>",
    "by an asynchronous script": "<script async src=/module.js></script>",
    "by a script of another host": "<script src='http://other.example:PORT/module.js'></script>",
    "by document.write": _script(f'document.write("{_LINK}")'),
    "by a framework": _script(_FRAMEWORK),
    "by a template": f"<template id=t>{_LINK}</template>" + _script("root.append(t.content.cloneNode(true))"),
    "by a custom element": "<x-a></x-a>" + _script(_element("x-a", f"this.innerHTML = `{_LINK}`")),
    "in a shadow tree": "<x-a></x-a>" + _script(_element("x-a", _shadow(f"<p><b></b>{_LINK}"))),
    "in a shadow tree in another": (
        "<x-a></x-a>" + _script(_element("x-b", _shadow(_LINK)), _element("x-a", _shadow("<p><x-b></x-b>")))
    ),
    "when it comes into view": "<div style='height:1500px'></div><div id=low>.</div>"
    + _putting("new IntersectionObserver(seen => seen[0].isIntersecting && put()).observe(low)"),
    "when the browser is idle": _putting("requestIdleCallback(put)"),
    "before the next frame": _putting("requestAnimationFrame(() => requestAnimationFrame(put))"),
    "after a stylesheet": _putting(
        "const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = '/style.css';",
        "l.onload = put; document.head.append(l)",
    ),
    "with history.pushState": _putting("history.pushState(0, '', '/deep/er'); put()"),
    "by a worker's word": _putting(f"{_WORKER.replace('CODE', 'postMessage(1)')}.onmessage = put"),
    "after a reload with a cookie": _putting(
        "if (document.cookie) put(); else { document.cookie = 'a=1'; location.reload() }"
    ),
    "on the page it moves to": _script("location.replace('/moved')"),
    "on the page a refresh names": "<meta http-equiv=refresh content='0;url=/moved'>",
    "although a picture is missing": "<img src=/none.png>" + _putting("addEventListener('load', put)"),
    "although a script fails": _script("throw new Error('x')") + _putting("put()"),
    "among dialogs": _putting("alert('hello'); confirm('cookies?'); put()"),
    "for a browser that stores": _putting("localStorage.x = 1; indexedDB.open('x').onsuccess = put"),
}
