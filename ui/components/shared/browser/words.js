// What scripts say, in the language of the page: see ui/locale. The words come with the data of the
// components; `mount.js` puts them here before a component is shown.

const spoken = (globalThis.digitscopeSpoken ??= { language: "en", words: {} });

/** An English sentence in the language of the page; {name} in it becomes values.name. */
export function say(sentence, values = {}) {
  return filled(spoken.words[sentence] ?? sentence, values);
}

/** Likewise of a number of things: `one` is for one of them, `many` for any other number. */
export function sayMany(one, many, count, values = {}) {
  const forms = spoken.words[one] ?? [one, many];
  const rules = new Intl.PluralRules(spoken.language);
  // gettext counts a language's forms in the order in which Unicode names them.
  const kinds = ["zero", "one", "two", "few", "many", "other"];
  const own = rules.resolvedOptions().pluralCategories.sort((a, b) => kinds.indexOf(a) - kinds.indexOf(b));
  const form = forms[Math.min(own.indexOf(rules.select(count)), forms.length - 1)];
  return filled(form, { count, ...values });
}

function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** Things in a row, as the language of the page writes them: "a, b, c". */
export function listed(items) {
  const [first = "", ...others] = items;
  return others.reduce((row, item) => say("{row}, {item}", { row, item }), first);
}

/** Sentences one after the other, as the language of the page writes them; empty ones are left out. */
export function paragraph(...sentences) {
  const [first = "", ...others] = sentences.filter(Boolean);
  return others.reduce((text, more) => say("{text} {more}", { text, more }), first);
}

const formats = new Map(); // making one takes longer than a hundred numbers

/** A number as the language of the page writes it: "1,234"; "0.50" with two places, "0.5" with none to two. */
export function numberText(value, least, most = least) {
  const digits = { minimumFractionDigits: least, maximumFractionDigits: most, useGrouping: false };
  return formatted(value, least === undefined ? {} : digits);
}

/** A share of 1 as the language of the page writes it: "99.8%". */
export function percentText(share, places = 1) {
  return formatted(share, { style: "percent", minimumFractionDigits: places, maximumFractionDigits: places });
}

function formatted(value, options) {
  const key = `${spoken.language} ${Object.values(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(spoken.language, options));
  return formats.get(key).format(Number(value) + 0); // -0 is 0
}
