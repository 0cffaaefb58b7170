"use strict";
// Puts texts into the page's language. Texts stand here in English; the page brings what each is in its own.
const speaking = (page) => {
  const count = (number) => number.toLocaleString(page.locale);
  const plural = new Intl.PluralRules(page.locale);
  const order = ["zero", "one", "two", "few", "many", "other"];
  const categories = order.filter((category) => plural.resolvedOptions().pluralCategories.includes(category));

  // "order day" or "reply/replies" in English, a form for each plural elsewhere, as in features/language/tongue.py.
  function counted(number, noun) {
    const forms = noun.split("/");
    if (forms.length < categories.length) forms.push(`${forms[0]}s`);
    return `${count(number)} ${forms[categories.indexOf(plural.select(number))]}`;
  }

  // tr("{n:0# day} ago", { n: 3 }): '3 days ago'; {n:,} is a number, {n} is put in as it is.
  function tr(text, values = {}) {
    const said = Object.hasOwn(page.words, text) ? page.words[text] : text;
    return said.replace(/\{(\w+)(?::(0#|,)\s*([^}]*))?\}/g, (_, name, kind, noun) => {
      if (kind === "0#") return counted(values[name], noun);
      return kind === "," ? count(values[name]) : String(values[name]);
    });
  }

  const [before, behind] = page.around_amount;
  const money = (amount) => (amount === null ? "–" : `${amount < 0 ? "−" : ""}${before}${count(Math.abs(Math.round(amount)))}${behind}`);
  const day = (date, look) => date.toLocaleDateString(page.locale, { ...look, timeZone: "UTC" });
  return { tr, money, count, day };
};
