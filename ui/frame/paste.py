"""A pasted picture is read wherever a digit can be given, not under Upload alone.

The uploader of pictures takes what is pasted. Where none is on the page, this presses the buttons
that lead to one, as its person would, and hands the picture over there. It listens from the first
run on, at the document: what an uploader's own piece listened to was lost before that had come.
"""

import json

import streamlit as st

from ui.locale import say

SCRIPT = """<script>
window.digitscopeUpload = SAID;
if (!window.digitscopePaste) {
  window.digitscopePaste = true;
  const INPUT = ".st-key-upload input[type=file]";
  const UNTOLD = ["", "application/octet-stream", "application/pdf"]; // Windows knows no HEIC
  const found = (selector, words) => [...document.querySelectorAll(selector)].find(
    (each) => !words || each.textContent.trim() === words);
  const there = (look) => new Promise((done) => {
    const seen = look();
    if (seen) return done(seen);
    const until = setTimeout(() => { watch.disconnect(); done(null); }, 10000);
    const watch = new MutationObserver(() => {
      const now = look();
      if (!now) return;
      watch.disconnect();
      clearTimeout(until);
      done(now);
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });
  document.addEventListener("paste", async (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const picture = files.find(({ type }) => type.startsWith("image/") || UNTOLD.includes(type));
    const opener = found(".st-key-other_digits button");
    const sources = opener ? ".st-key-stage_source button" : "[class*=st-key-source] button";
    if (!picture || !(found(INPUT) || opener || found(sources, window.digitscopeUpload))) return;
    event.preventDefault();
    if (!found(INPUT)) {
      if (opener && !found(sources)) opener.click();
      (await there(() => found(sources, window.digitscopeUpload)))?.click();
    }
    const input = await there(() => found(INPUT));
    if (!input) return;
    const carrier = new DataTransfer();
    carrier.items.add(new File([picture], picture.name || "pasted", { type: picture.type }));
    input.files = carrier.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
</script>"""


def pasted_pictures() -> None:
    """Take pasted pictures, from the first run on."""
    st.html(SCRIPT.replace("SAID", json.dumps(say("Upload"))), unsafe_allow_javascript=True)
