"""A pasted picture is read wherever a digit can be given, not under Upload alone.

An uploader that is on the page takes what is pasted (`ui.components.uploader`). Where none is, this
presses the buttons that lead to one, as its person would, and hands the picture over there.
"""

import streamlit as st

SCRIPT = """<script>
if (!window.digitscopePaste) {
  window.digitscopePaste = true;
  const INPUT = ".st-key-upload input[type=file]";
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
    const picture = files.find(({ type }) => type.startsWith("image/"));
    if (!picture || found(INPUT)) return;
    const opener = found(".st-key-other_digits button");
    const sources = opener ? ".st-key-stage_source button" : "[class*=st-key-source] button";
    if (!opener && !found(sources, "Upload")) return;
    event.preventDefault();
    if (opener && !found(sources)) opener.click();
    (await there(() => found(sources, "Upload")))?.click();
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
    st.html(SCRIPT, unsafe_allow_javascript=True)
