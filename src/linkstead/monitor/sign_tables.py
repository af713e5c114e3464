"""Signs of pages that are not the page, as tables. `signs` says how they are asked.

Texts are in lower case. Where nothing else is named, a row comes from the pages of the service itself.
"""

from __future__ import annotations

from typing import Final

#: Headers that only a challenge carries: name, beginning of the value, who sends it.
CHALLENGE_HEADERS: Final[tuple[tuple[str, str, str], ...]] = (
    ("cf-mitigated", "challenge", "Cloudflare"),  # developers.cloudflare.com/cloudflare-challenges
    ("x-amzn-waf-action", "captcha", "AWS WAF"),  # docs.aws.amazon.com/waf (CAPTCHA and Challenge actions)
    ("x-amzn-waf-action", "challenge", "AWS WAF"),
    ("x-vercel-mitigated", "challenge", "Vercel"),  # vercel.com/docs (attack challenge mode)
    ("sg-captcha", "challenge", "SiteGround"),  # seen on SiteGround hosts
    ("server", "imunify360-webshield", "Imunify360"),  # docs.imunify360.com (WebShield)
)

#: Titles, or parts of titles, of challenge pages, in lower case, and who shows them.
CHALLENGE_TITLES: Final[dict[str, str]] = {
    "just a moment...": "Cloudflare",
    "just a moment": "Cloudflare",
    "nur einen moment...": "Cloudflare",
    "un momento...": "Cloudflare",
    "un instant...": "Cloudflare",
    "een moment geduld...": "Cloudflare",
    "один момент...": "Cloudflare",
    "请稍候…": "Cloudflare",
    "attention required!": "Cloudflare",
    "please wait...": "Cloudflare",
    "ddos-guard": "DDoS-Guard",
    "sucuri website firewall": "Sucuri",
    "access to this page has been denied": "HUMAN",
    "access to this page has been denied.": "HUMAN",
    "pardon our interruption": "Imperva",
    "pardon our interruption...": "Imperva",
    "making sure you're not a bot!": "Anubis",
    "making sure you&#39;re not a bot!": "Anubis",
    "vercel security checkpoint": "Vercel",
    "robot challenge screen": "SiteGround",
    "client challenge": "Fastly",
    "one moment, please...": "Imunify360 or LiteSpeed",
    "request rejected": "F5",
    "百度安全验证": "Baidu",
    "访问验证": "Alibaba Cloud",
    "are you a robot?": "captcha",
    "are you human?": "captcha",
    "robot or human?": "captcha",
    "robot check": "captcha",
    "human verification": "captcha",
    "bot verification": "captcha",
    "security check": "captcha",
    "captcha": "captcha",
    "verify you are human": "captcha",
    "please verify you are a human": "captcha",
    "checking your browser": "captcha",
    "checking your browser before accessing": "captcha",
    "ddos protection": "captcha",
    "sicherheitsüberprüfung": "captcha",
    "vérification de sécurité": "captcha",
    "comprobación de seguridad": "captcha",
    "verifica di sicurezza": "captcha",
}

#: Markup of challenge pages, in lower case: pieces that must all be there, and who writes them.
CHALLENGE_MARKUP: Final[tuple[tuple[tuple[bytes, ...], str], ...]] = (
    ((b"_cf_chl_opt",), "Cloudflare"),
    ((b'id="challenge-form"', b"cdn-cgi"), "Cloudflare"),
    ((b"captcha-delivery.com", b"var dd="), "DataDome"),
    ((b"captcha-delivery.com/c.js",), "DataDome"),
    ((b'id="px-captcha"',), "HUMAN"),
    ((b"_incapsula_resource", b"<iframe"), "Imperva"),
    ((b"_incapsula_resource", b"noindex"), "Imperva"),
    ((b"sucuri_cloudproxy_js",), "Sucuri"),
    ((b"/.within.website/x/cmd/anubis/",), "Anubis"),
    ((b"bm-verify=",), "Akamai"),
    ((b"awswafcookiedomainlist",), "AWS WAF"),
    ((b"gokuprops",), "AWS WAF"),
    ((b"window.kpsdk",), "Kasada"),
    ((b"acw_sc__v2",), "Alibaba Cloud"),
    ((b"aliyun_waf",), "Alibaba Cloud"),
    ((b"sgcaptcha",), "SiteGround"),
    ((b"imunify360",), "Imunify360"),
    ((b'class="g-recaptcha"', b"/recaptcha/api"), "reCAPTCHA"),
    ((b'class="h-captcha"', b"hcaptcha.com"), "hCaptcha"),
    ((b'class="cf-turnstile"', b"challenges.cloudflare.com"), "Turnstile"),
)
#: Signs that short honest pages carry too (a captcha below a form, a glossary entry “Captcha”): they
#: count only where next to nothing else is on the page.
WIDGETS: Final = frozenset({"reCAPTCHA", "hCaptcha", "Turnstile", "captcha"})

#: Where pages send visitors to be checked: host (or `*`), beginning of the path, who.
CHALLENGE_PLACES: Final[tuple[tuple[str, str, str], ...]] = (
    ("www.google.com", "/sorry/", "Google"),
    ("consent.google.com", "/", "a consent wall"),
    ("consent.youtube.com", "/", "a consent wall"),
    ("consent.yahoo.com", "/", "a consent wall"),
    ("guce.yahoo.com", "/", "a consent wall"),
    ("guce.advertising.com", "/", "a consent wall"),
    ("geo.captcha-delivery.com", "/", "DataDome"),
    ("validate.perfdrive.com", "/", "Radware"),
    ("wappass.baidu.com", "/", "Baidu"),
    ("*", "/.well-known/sgcaptcha/", "SiteGround"),
    ("*", "/cdn-cgi/l/chk_", "Cloudflare"),
    ("*", "/.within.website/", "Anubis"),
)

#: Last parts of a path that a visitor without a session is sent to (names of common web software).
LOGIN_PLACES: Final = frozenset(
    [
        "login", "login.php", "login.aspx", "login.html", "login.jsp", "wp-login.php", "signin", "sign-in",
        "sign_in", "log-in", "log_in", "logon", "accounts/login", "users/sign_in", "auth/login",
        "oauth/authorize",
    ]
)  # fmt: skip

#: Hosts that domains for sale and parked ones are sent to, or that serve their pages. From the landing
#: pages of the named sellers and parking services.
PARKING_HOSTS: Final = frozenset(
    [
        "sedo.com", "sedoparking.com", "dan.com", "afternic.com", "bodis.com", "hugedomains.com",
        "parkingcrew.net", "parkingcrew.com", "above.com", "undeveloped.com", "uniregistry.com",
        "domainmarket.com", "buydomains.com", "brandbucket.com", "atom.com", "squadhelp.com",
        "parklogic.com", "voodoo.com", "skenzo.com", "domainnamesales.com", "porkbun-parking.com",
        "namebright.com", "domain.io", "epik.com", "domainsponsor.com", "trafficz.com", "domainlore.uk",
        "namesilo-parking.com",
    ]
)  # fmt: skip

#: Markup of parked pages, in lower case, and whose it is.
PARKING_MARKUP: Final[tuple[tuple[bytes, str], ...]] = (
    (b"sedoparking.com/", "Sedo"),
    (b"parkingcrew.net/", "ParkingCrew"),
    (b"d38psrni17bvxu.cloudfront.net", "ParkingCrew"),
    (b"parking.bodiscdn.com", "Bodis"),
    (b'window.park = "', "Bodis"),
    (b"wsimg.com/parking-lander", "GoDaddy"),
    (b'window.location.href="/lander"', "GoDaddy"),
    (b"window._trfd", "GoDaddy"),
    (b"dan.com/buy-domain", "Dan"),
    (b"afternic.com/forsale/", "Afternic"),
    (b"hugedomains.com/domain_profile", "HugeDomains"),
    (b"parkingpage.namecheap.com", "Namecheap"),
    (b"cdn.parklogic.com", "ParkLogic"),
    (b"google.com/adsense/domains/caf.js", "Google's ads for parked domains"),
    (b"/cgi-sys/suspendedpage.cgi", "a suspended account"),
)

#: What parked, sold and suspended sites say of themselves: patterns, searched in the title and in the
#: first sentences, in lower case.
PARKING_PHRASES: Final[tuple[str, ...]] = (
    r"(?:this|the|your) domain(?: name)? (?:\S+ )?(?:is|may be|might be) (?:for sale|parked)",
    r"(?:this|the) domain(?: name)? (?:\S+ )?is available for purchase",
    r"(?:buy|inquire about|make an offer on) this domain",
    r"domain (?:is )?parked",
    r"parked domain",
    r"this (?:web )?(?:site|page) is parked",
    r"is parked free,? courtesy of",
    r"account (?:has been |is )?suspended",
    r"(?:diese|die) domain (?:\S+ )?(?:steht|ist) (?:zum verkauf|zu verkaufen|geparkt)",
    r"domain (?:ist )?geparkt",
    r"ce (?:nom de )?domaine est (?:à vendre|parqué)",
    r"(?:este|el) dominio está (?:en venta|aparcado)",
    r"(?:questo|il) dominio è in vendita",
    r"este domínio está (?:à venda|estacionado)",
    r"dit domein is te koop",
    r"домен (?:\S+ )?(?:продаётся|продается|припаркован)",
)

#: How pages with a good status say that there is no page: patterns for a whole part of a title or a
#: whole sentence, in lower case, with their language. From the default pages of common web software and
#: its translations.
NOT_FOUND_PHRASES: Final[tuple[tuple[str, str], ...]] = (
    ("any", r"(?:http )?(?:error |fehler |erreur |errore |ошибка )?404(?: error| not found|[ -]page)?!?"),
    ("en", r"(?:(?:the|this|that) )?(?:requested )?(?:page|file|url|content|post) not (?:found|available)"),
    ("en", (r"(?:(?:the|this|that) )?(?:requested )?(?:page|file|url|content|post) (?:was|is|could|can|has) ?"
           r"(?:not|n't|no longer) ?(?:be )?(?:been )?(?:found|available|exists?)")),
    ("en", (r"(?:(?:the|this|that) )?page (?:(?:you requested|you are looking for) )?"
           r"(?:missing|unavailable|does not exist|doesn['’]t exist|no longer exists|no longer available)")),
    ("en", r"(?:that|the|this) page (?:can['’]t|cannot|couldn['’]t|could not) be found"),
    ("en", r"we (?:can['’]t|couldn['’]t|could not|cannot) find (?:that|the|this) page"),
    ("en", r"not found|nothing (?:was )?found|gone"),
    ("de", (r"(?:die |diese )?(?:angeforderte )?seite (?:wurde |konnte )?nicht (?:gefunden|verfügbar)"
           r"(?: werden)?")),
    ("de", r"(?:die |diese )?seite existiert nicht(?: mehr)?|nicht gefunden"),
    ("fr", r"(?:cette |la )?page (?:non trouvée|introuvable|inexistante)"),
    ("fr", r"(?:cette |la )?page (?:demandée )?n['’]existe (?:pas|plus)"),
    ("es", r"(?:la )?página (?:no encontrada|no existe)|no se (?:ha )?encontr(?:ó|ado) la página"),
    ("pt", r"(?:a )?página não (?:encontrada|existe)|não encontrad[ao]"),
    ("it", r"(?:la )?pagina (?:non trovata|non esiste)"),
    ("nl", r"(?:de )?pagina (?:is )?niet gevonden|niet gevonden|deze pagina bestaat niet(?: meer)?"),
    ("sv", r"sidan (?:kunde inte hittas|hittades inte|finns inte)"),
    ("da, nb", r"siden (?:blev |ble )?ikke (?:fundet|funnet)|siden finnes ikke"),
    ("fi", r"sivua ei löydy(?:nyt)?"),
    ("pl", r"nie znaleziono strony|strona nie (?:została znaleziona|istnieje)"),
    ("cs, sk", r"stránka (?:nebyla nalezena|nenalezena|neexistuje|sa nenašla)"),
    ("hu", r"(?:a keresett |az )?oldal nem található"),
    ("ro", r"pagina nu a fost găsită"),
    ("tr", r"sayfa bulunamadı"),
    ("ru", r"страница не (?:найдена|существует)"),
    ("uk, bg", r"сторінку не знайдено|страницата не е намерена"),
    ("el", r"η σελίδα δεν βρέθηκε"),
    ("zh", r"页面不存在|找不到(?:该)?页面|页面未找到|頁面不存在|找不到網頁"),
    ("ja", r"(?:お探しの)?ページ(?:が|は)見つかりません(?:でした)?"),
    ("ko", r"페이지를 찾을 수 없습니다"),
    ("ar, he", r"الصفحة غير موجودة|הדף לא נמצא"),
    ("vi, id", r"không tìm thấy trang|halaman tidak ditemukan"),
)  # fmt: skip

#: Where sites send visitors of pages that are gone: last parts of a path.
NOT_FOUND_PLACES: Final = frozenset(
    [
        "404", "404.html", "404.htm", "404.php", "404.aspx", "404.asp", "not-found", "notfound",
        "not_found", "page-not-found", "pagenotfound", "error404", "error-404", "404-not-found",
        "404error", "page_not_found",
    ]
)  # fmt: skip
