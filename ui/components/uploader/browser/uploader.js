// Hands a file uploader on the same page, after a reload of the tab, the picture that was there before.

const STORE = "digitscope.upload.";
const MOST = 2_000_000; // characters of a kept picture; a tab may keep some five million in all
const SIDE = 1600; // a larger file is kept as a picture whose longer side has so many pixels

const tried = new Set(); // uploaders that were given back theirs since this page was loaded
const holding = new Map(); // what the session has of each uploader's picture
const last = new Map(); // the last picture handed to each: what is to be kept, as text

export default function ({ data }) {
  const { uploader, holds } = data;
  const inputOf = () => document.querySelector(`.st-key-${uploader} input[type="file"]`);
  const hand = (file) => {
    const carrier = new DataTransfer();
    carrier.items.add(file);
    const input = inputOf();
    input.files = carrier.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const chosen = ({ target }) => {
    if (target === inputOf() && target.files.length) keep(uploader, target.files[0]);
  };
  const dropped = ({ target, dataTransfer }) => {
    const here = target instanceof Element && target.closest(`.st-key-${uploader}`);
    if (here && dataTransfer?.files.length) keep(uploader, dataTransfer.files[0]);
  };
  // In the capturing phase: before the uploader itself, which may empty its input.
  const listeners = { change: chosen, drop: dropped };
  for (const [kind, listener] of Object.entries(listeners))
    document.addEventListener(kind, listener, true);

  holding.set(uploader, holds);
  settle(uploader);
  if (holds === "nothing" && !tried.has(uploader)) {
    tried.add(uploader);
    kept(uploader).then((file) => file && inputOf() && hand(file));
  }
  return () => {
    for (const [kind, listener] of Object.entries(listeners))
      document.removeEventListener(kind, listener, true);
  };
}

// sessionStorage belongs to one tab, survives its reload and ends with it. It may be switched off or
// full: then a reload loses the picture, as it would without all this.
async function keep(uploader, file) {
  last.delete(uploader);
  const small = file.size < MOST * 0.7 ? file : await reduced(file); // base64 adds a third
  if (!small) return;
  last.set(uploader, JSON.stringify({ name: small.name, address: await addressOf(small) }));
  settle(uploader);
}

// Keeps what the session has, and no more. A picture that takes another's place counts as removed
// for a moment, before the session has the new one; which is known first here is a matter of chance.
function settle(uploader) {
  const holds = holding.get(uploader);
  if (holds === "nothing") return; // not yet: what was there before may still be handed over
  try {
    sessionStorage.removeItem(STORE + uploader); // a new one may not find room
    if (holds === "picture" && last.has(uploader))
      sessionStorage.setItem(STORE + uploader, last.get(uploader));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

async function kept(uploader) {
  let found;
  try {
    found = JSON.parse(sessionStorage.getItem(STORE + uploader));
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof SyntaxError)) throw error;
  }
  if (typeof found?.name !== "string" || !/^data:[^,]*;base64,/.test(found?.address)) return null;
  const content = await (await fetch(found.address)).blob();
  return new File([content], found.name, { type: content.type });
}

// A smaller JPEG of the same picture; null for what this browser cannot open.
async function reduced(file) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
  const share = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const sheet = new OffscreenCanvas(
    Math.max(1, Math.round(picture.width * share)),
    Math.max(1, Math.round(picture.height * share)),
  );
  const pen = sheet.getContext("2d");
  pen.fillStyle = "white"; // JPEG has no transparency; the app lays it on white, too
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(picture, 0, 0, sheet.width, sheet.height);
  const content = await sheet.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  return new File([content], file.name.replace(/\.\w*$/, "") + ".jpg", { type: content.type });
}

function addressOf(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}
