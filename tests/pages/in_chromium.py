"""The page at ``/`` in a real browser, headless Chromium; scripts/test-pages runs this."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# Selenium is typed in parts.
from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from julep_server import LocalServer, ScriptedModel
from tests.helpers.chromium import FLAGS

SCREENSHOTS = os.environ.get("JULEP_TEST_SCREENSHOTS")
KEY = "a key for tests"


class Page:
    """A tab of the browser, at a server of its own."""

    def __init__(self, driver: WebDriver, server: LocalServer, model: ScriptedModel) -> None:
        self.driver = driver
        self.model = model
        self.root = server.url.removesuffix("/api")
        self.api = httpx.Client(
            base_url=server.url, trust_env=False, headers={"Authorization": f"Bearer {KEY}"}
        )

    def open(self, path: str) -> None:
        self.driver.get(f"{self.root}/#{path}")

    def sign_in(self) -> None:
        self.until(lambda: self.one("#key").is_displayed())
        self.one("#key").send_keys(KEY + Keys.ENTER)

    def open_session(self, session: str) -> None:
        """Open a session; each test has a server, and thus an address, that has no key yet."""
        self.open(f"/sessions/{session}")
        self.sign_in()
        self.until(lambda: self.one("[aria-label=Message]").is_displayed())

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str = "main") -> str:
        return self.one(selector).text

    def link(self, text: str) -> WebElement:
        return self.driver.find_element(By.LINK_TEXT, text)

    def until(self, holds: Callable[[], bool]) -> None:
        WebDriverWait(self.driver, 20, ignored_exceptions=[Exception]).until(lambda _: holds())

    def make(self, path: str, **body: object) -> str:
        return str(self.api.post(path, json=body).raise_for_status().json()["id"])

    def screenshot(self, name: str) -> None:
        if SCREENSHOTS:
            self.driver.execute_script("scrollTo(0, 0)")
            self.driver.save_screenshot(str(Path(SCREENSHOTS) / f"{name}.png"))


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    options = Options()
    for flag in (*FLAGS, "--window-size=1200,800", "--hide-scrollbars"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.binary_location = os.environ["JULEP_TEST_CHROMIUM"]
    driver = webdriver.Chrome(options, Service(os.environ["JULEP_TEST_CHROMEDRIVER"]))
    yield driver
    driver.quit()


@pytest.fixture
def page(driver: WebDriver) -> Iterator[Page]:
    model = ScriptedModel()
    with LocalServer(api_keys=[KEY], model=model) as server:
        page = Page(driver, server, model)
        yield page
        page.api.close()
    # What the policy forbids and what the script throws is logged; so is every response of 4xx.
    logged = driver.execute("getLog", {"type": "browser"})["value"]
    severe = [entry for entry in logged if entry["level"] == "SEVERE"]
    assert [entry for entry in severe if entry["source"] != "network"] == []


def test_from_the_key_to_an_answer(page: Page) -> None:
    page.model.says("Good morning, Ada!")
    page.open("/agents")
    page.sign_in()
    page.until(lambda: "None." in page.text())
    page.one("main summary").click()
    page.one("input[name=name]").send_keys("Pip")
    page.one("textarea[name=about]").send_keys("Pip sells <b>bread</b>.")
    page.one("main form button").click()
    page.until(lambda: "Pip sells <b>bread</b>." in page.text())
    page.one("main summary").click()
    page.one("textarea[name=situation]").send_keys("A bakery in the morning")
    page.one("main form button").click()
    page.until(lambda: "A bakery in the morning" in page.text())
    message = page.driver.switch_to.active_element
    message.send_keys("Hello" + Keys.ENTER)
    page.until(lambda: "Good morning, Ada!" in page.text("[role=log]"))
    page.until(lambda: "tokens in the prompt" in page.text("aside"))
    assert "A bakery in the morning" in page.text("aside")
    page.driver.refresh()
    page.until(lambda: "Good morning, Ada!" in page.text("[role=log]"))


def test_what_was_recalled_is_shown(page: Page) -> None:
    agent = page.make("agents", name="Pip", about="Pip answers at the front desk of a bakery.")
    page.make(f"agents/{agent}/docs", title="Hours", content="We open at nine on weekdays.")
    user = page.make("users", name="Ada", about="")
    session = page.make("sessions", agent_id=agent, user_id=user, situation="Ada calls the bakery.")
    page.model.says("We open at nine.").calls("get_weather", city="Oslo").says("It rains.")
    page.open_session(session)
    page.one("[aria-label=Message]").send_keys("When do you open?" + Keys.ENTER)
    page.until(lambda: "Hours · by words no. 1" in page.text("aside"))
    page.one("[aria-label=Message]").send_keys("And the weather?" + Keys.ENTER)
    page.until(lambda: "tool call" in page.text("[role=log]"))
    page.until(lambda: '"city"' in page.text("[role=log]"))
    page.screenshot("session")
    page.driver.set_window_size(420, 800)
    scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    width = page.driver.execute_script("return document.documentElement.scrollWidth")
    assert width <= 420
    page.screenshot("session-narrow-dark")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    page.driver.set_window_size(1200, 800)
    page.open(f"/agents/{agent}")
    page.until(lambda: "Hours" in page.text())
    page.screenshot("agent")
    page.driver.get(f"{page.root}/docs")
    page.screenshot("reference")


def test_failures_are_shown_and_the_message_is_kept(page: Page) -> None:
    session = page.make("sessions", agent_id=page.make("agents", name="Pip"))
    page.model.fails(503)
    page.open_session(session)
    field = page.one("[aria-label=Message]")
    field.send_keys("Hello" + Keys.ENTER)
    page.until(lambda: page.one("#notice").is_displayed())
    assert field.get_property("value") == "Hello"
    page.open("/sessions/00000000-0000-4000-8000-000000000000")
    page.until(lambda: "This can't be shown" in page.text())


def test_signing_out_forgets_the_key(page: Page) -> None:
    page.open("/agents")
    page.sign_in()
    page.until(lambda: page.one("#sign-out").is_displayed())
    page.one("#sign-out").click()
    page.until(lambda: page.one("#key").is_displayed())
    assert page.driver.execute_script("return sessionStorage.length") == 0
