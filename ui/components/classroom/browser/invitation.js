// The way in, as large as the screen: address, code, and a QR code for phones.

import { element } from "../ui.components.shared/view.js";
import { say, sayMany } from "../ui.components.shared/words.js";

export function invitation(box, invite, count) {
  const text = JSON.stringify([invite, count]);
  if (!invite || box.dataset.shown === text) return;
  box.dataset.shown = text;
  box.replaceChildren();
  const words = element(box, "div", "words");
  element(words, "p", "", say("Open this address:"));
  element(words, "p", "address", invite.address);
  element(words, "p", "", say("and type"));
  element(words, "p", "code", invite.code).setAttribute("aria-label", [...invite.code].join(" "));
  element(words, "p", "count", count === 0 ? say("Nobody is here yet") : sayMany("{count} is here", "{count} are here", count));
  if (invite.note) element(words, "p", "warning", invite.note);
  const image = element(box, "img");
  image.src = invite.picture;
  image.alt = say("QR code of {address}", { address: invite.address });
}
