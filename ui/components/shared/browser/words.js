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
