// Hands a pasted picture to a file uploader on the same page. Text that is pasted into a field is
// left alone.

export default function ({ data }) {
  const take = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const picture = files.find(({ type }) => type.startsWith("image/"));
    const input = document.querySelector(`.st-key-${data.uploader} input[type="file"]`);
    if (!picture || !input) return;
    event.preventDefault();
    const carrier = new DataTransfer();
    // What is pasted may have no name; the uploader tells kinds of files by their names' endings.
    const { type } = picture;
    carrier.items.add(new File([picture], `pasted.${type.slice("image/".length)}`, { type }));
    input.files = carrier.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("paste", take);
  return () => document.removeEventListener("paste", take);
}
