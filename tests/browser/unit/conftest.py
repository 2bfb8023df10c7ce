"""JavaScript that computes, called from Python in a Chromium without any server."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, Route

COMPONENTS = Path(__file__).parents[3] / "ui" / "components"
ORIGIN = "http://localhost"
# Playwright hands numbers over one by one, which takes seconds for a picture: arrays of bytes and
# typed arrays travel as base64.
CALL = """async ([address, name, rows]) => {
  const { [name]: called } = await import(address);
  const given = (value) => value?.base64 === undefined
    ? value : Uint8Array.from(atob(value.base64), (letter) => letter.charCodeAt(0));
  const letters = (bytes) => {
    const parts = [];
    for (let i = 0; i < bytes.length; i += 4096)
      parts.push(String.fromCharCode(...bytes.subarray(i, i + 4096)));
    return btoa(parts.join(""));
  };
  const told = (value) => {
    if (Array.isArray(value)) return value.map(told);
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      return { type: value.constructor.name, base64: letters(bytes) };
    }
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, told(each)]));
  };
  return rows.map((row) => told(called(...row.map(given))));
}"""
TYPES = {
    "Float32Array": "<f4",
    "Float64Array": "<f8",
    "Uint8Array": "u1",
    "Int8Array": "i1",
    "Int16Array": "<i2",
}


def given(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    return value


def told(value: Any) -> Any:
    if isinstance(value, list):
        return [told(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"type", "base64"}:
        return np.frombuffer(base64.b64decode(value["base64"]), TYPES[value["type"]])
    return {key: told(each) for key, each in value.items()}


@pytest.fixture
def javascript(page: Page) -> Callable[[str, str], Callable[..., list[Any]]]:
    """Return what imports a function: `javascript("maps/numbers.js", "exactly")`.

    The function that comes back takes many lists of arguments, and returns a result for each;
    bytes arrive as a Uint8Array, and typed arrays come back as NumPy's.
    """

    def answer(route: Route) -> None:
        place = urlsplit(route.request.url).path.removeprefix("/component/ui.components.")
        folder, _, file = place.partition("/")
        if not file:
            route.fulfill(body="<!doctype html>", content_type="text/html")
        else:
            route.fulfill(path=COMPONENTS / folder / "browser" / file)

    page.route(f"{ORIGIN}/**", answer)
    page.goto(ORIGIN)

    def imported(file: str, name: str) -> Callable[..., list[Any]]:
        folder, _, module = file.partition("/")
        address = f"{ORIGIN}/component/ui.components.{folder}/{module}"

        def call(*rows: list[Any]) -> list[Any]:
            arguments = [[given(value) for value in row] for row in rows]
            return [told(each) for each in page.evaluate(CALL, [address, name, arguments])]

        return call

    return imported
