// The way in, as large as the screen: address, code, and a QR code for phones.

import { element } from "../ui.components.shared/view.js";

export function invitation(box, invite, count) {
  const text = JSON.stringify([invite, count]);
  if (!invite || box.dataset.shown === text) return;
  box.dataset.shown = text;
  box.replaceChildren();
  const words = element(box, "div", "words");
  element(words, "p", "", "Open");
  element(words, "p", "address", invite.address);
  element(words, "p", "", "and type");
  element(words, "p", "code", invite.code).setAttribute("aria-label", [...invite.code].join(" "));
  element(words, "p", "count", count === 0 ? "Nobody is here yet" : count === 1 ? "1 is here" : `${count} are here`);
  if (invite.note) element(words, "p", "warning", invite.note);
  const image = element(box, "img");
  image.src = invite.picture;
  image.alt = `QR code of ${invite.address}`;
}
