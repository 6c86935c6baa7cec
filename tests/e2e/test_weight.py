"""What a citizen's page costs on the wire, at the first visit: everything that the browser received, counted by the browser."""

import pytest

from tests.e2e.test_every_page import _enter, addresses, matters  # noqa: F401  # a fixture

pytestmark = pytest.mark.e2e
LIMIT = 30 * 1024
STEPS = ["/report/place/", "/report/contact/"]  # the step that the routes name is the story's


@pytest.fixture
def received(page):
    """`received(address)`: bytes with headers, of the page and all that it loads, by address; nothing is kept from before."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked, urls, got = set(), {}, {}
    line.on("Network.requestWillBeSent", lambda e: asked.add(e["requestId"]))
    line.on("Network.loadingFailed", lambda e: got.setdefault(e["requestId"], 0))
    line.on("Network.responseReceived", lambda e: urls.update({e["requestId"]: e["response"]["url"]}))
    line.on("Network.loadingFinished", lambda e: got.update({e["requestId"]: e["encodedDataLength"]}))

    def visit(address):
        page.goto("about:blank")
        for seen in (asked, urls, got):
            seen.clear()
        page.goto(address)
        for _turn in range(200):
            if asked <= set(got):
                break
            page.wait_for_timeout(20)
        assert asked <= set(got), f"did not come: {[urls.get(n, n) for n in asked - set(got)]}"
        return {urls.get(number, number): size for number, size in got.items()}

    return visit


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("who", ["", "code", "told", "citizen"])
def test_a_citizen_s_page_stays_under_thirty_kilobytes(page, desk, matters, received, who, elder):  # noqa: F811
    _enter(page, desk, who, matters[1])
    if elder:
        page.goto("/")
        page.context.add_cookies([{"name": "elder", "value": "24", "url": page.url}])
    own = [
        address
        for route, (asked, address) in addresses(matters).items()
        if asked == who and route.startswith("citizen:")
    ]
    weighed = {address: received(address) for address in own + ([] if who else STEPS)}
    assert all(any("/static/" in url for url in sizes) for sizes in weighed.values()), "styles were not loaded anew"
    assert {address: sizes for address, sizes in weighed.items() if sum(sizes.values()) > LIMIT} == {}
