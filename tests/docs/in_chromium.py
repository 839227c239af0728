"""The built site in headless Chromium: it loads nothing from elsewhere, searches, and fits a phone.

scripts/docs runs this where Chromium is installed. With JULEP_TEST_SCREENSHOTS, a folder, all four
combinations of light and dark, wide and narrow are tried, and pictures of them are written there.
"""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# Selenium is typed in parts.
from __future__ import annotations

import functools
import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.helpers.chromium import FLAGS

SITE = Path(__file__).parents[2] / "site"
SCREENSHOTS = os.environ.get("JULEP_TEST_SCREENSHOTS")
PAGES = {
    "home": "index.html",
    "tutorial": "tutorials/support-bot.html",
    "session": "reference/julep.managers.session.html#julep.managers.session.SessionsManager.chat",
    "architecture": "architecture.html",
    "configuration": "server/configuration.html",
    "api": "http-api.html#Chat",
}
# The tables that a reader would have to scroll sideways.
WIDE_TABLES = """return [...document.querySelectorAll('.md-typeset table')].filter(
    table => table.getBoundingClientRect().right > document.querySelector(
        '.md-content__inner').getBoundingClientRect().right + 1).map(table => table.innerText)"""
LOOKS = (("light", 1280), ("dark", 390), ("dark", 1280), ("light", 390))[: 4 if SCREENSHOTS else 2]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the site, and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Write no log."""


@pytest.fixture(scope="module")
def root() -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    options = Options()
    options.binary_location = os.environ["JULEP_TEST_CHROMIUM"]
    for flag in (*FLAGS, "--hide-scrollbars"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    service = Service(os.environ["JULEP_TEST_CHROMEDRIVER"])
    found = webdriver.Chrome(options=options, service=service)
    yield found
    found.quit()


def look(driver: WebDriver, scheme: str, width: int) -> None:
    """Make the browser's window dark or light, and so wide."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 800}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def requests_of(driver: WebDriver) -> set[str]:
    """Return the addresses that were requested since the last look."""
    entries = driver.execute("getLog", {"type": "performance"})["value"]
    messages = [json.loads(entry["message"])["message"] for entry in entries]
    sent = [one for one in messages if one["method"] == "Network.requestWillBeSent"]
    return {one["params"]["request"]["url"] for one in sent}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_loads_nothing_from_elsewhere(
    driver: WebDriver, root: str, name: str
) -> None:
    for scheme, width in LOOKS:
        look(driver, scheme, width)
        driver.get(f"{root}/{PAGES[name]}")
        wanted = "slate" if scheme == "dark" else "default"
        body = driver.find_element(By.TAG_NAME, "body")
        assert body.get_attribute("data-md-color-scheme") == wanted
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
        assert driver.execute_script(WIDE_TABLES) == []
        if SCREENSHOTS:
            driver.save_screenshot(f"{SCREENSHOTS}/{name}-{scheme}-{width}.png")
    requested = requests_of(driver)
    assert f"{root}/{PAGES[name].partition('#')[0]}" in {url.partition("#")[0] for url in requested}
    elsewhere = [url for url in requested if not url.startswith((root, "data:", "blob:"))]
    assert elsewhere == []


def test_a_program_has_tabs_and_the_search_finds_a_method(driver: WebDriver, root: str) -> None:
    look(driver, "light", 1280)
    driver.get(f"{root}/tutorials/support-bot.html")
    wait = WebDriverWait(driver, 20, ignored_exceptions=[Exception])
    labels = driver.find_elements(By.CSS_SELECTOR, ".tabbed-labels label")
    assert [label.text for label in labels[:2]] == ["Sync", "Async"]
    labels[1].click()
    block = driver.find_elements(By.CSS_SELECTOR, ".tabbed-block")[1]
    wait.until(lambda _: "AsyncClient" in block.text)
    driver.execute_script("document.querySelector('.md-search__button').click()")
    # The dialog is in a shadow tree.
    dialog = "return [...document.querySelectorAll('div')].find(e => e.shadowRoot)?.shadowRoot"
    wait.until(lambda d: d.execute_script(f"{dialog}.querySelector('input') !== null"))
    ActionChains(driver).send_keys("delete_history").perform()
    wait.until(lambda d: "julep.managers" in d.execute_script(f"{dialog}.textContent"))
    assert all(url.startswith((root, "data:", "blob:")) for url in requests_of(driver))
