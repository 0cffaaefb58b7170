"use strict";
// The list, its filters and the account that is open. Everything from the data goes in as text, never as markup.
(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  const words = speaking(page);
  const { tr, money, day } = words;
  const LOOK = { day: "numeric", month: "long", year: "numeric" };
  const accounts = page.accounts;
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const field = (id) => document.getElementById(id);
  const dialog = field("account");
  // A firm that names no reps or regions has no filters and no column for them.
  const filters = ["search", "rep", "region", "pace", "sign", "reason"].filter(field);
  const chosen = (id) => (field(id) ? field(id).value : "");

  function element(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const title = (reason) => page.titles[reason.code] || reason.code || "";

  for (const account of accounts) {
    const [first] = account.reasons;
    account.main = first ? first.code : null;
    account.main_title = first ? title(first) : "";
    account.found_by = plain([account.name, account.id, account.rep, account.segment].filter(Boolean).join(" "));
  }

  function bar(share, className) {
    const fill = element("i");
    fill.style.width = `${Math.max(1, Math.min(100, share))}%`;
    const made = element("span", `bar ${className}`, fill);
    made.setAttribute("aria-hidden", "true");
    return made;
  }

  function pace(account) {
    const made = element("span", `pace ${account.pace}`, page.paces[account.pace] || account.pace);
    return made;
  }

  // The list

  const cells = {
    account(cell) {
      const account = cell.getData();
      const name = element("button", "name", account.name);
      name.type = "button";
      name.dataset.account = account.id;
      const about = [account.segment, account.region].filter(Boolean).join(" · ");
      return element("div", "stack", name, element("span", "sub", about || account.id), element("span", "sub on-phone", account.main_title));
    },
    risk(cell) {
      const account = cell.getData();
      return element("div", "risk", bar(100 * account.risk, "of-risk"), element("span", "number", account.risk_says));
    },
    pace(cell) {
      const account = cell.getData();
      return element("div", "stack", pace(account), element("span", "sub", account.stands));
    },
    reason(cell) {
      const account = cell.getData();
      const [first] = account.reasons;
      // Of an account that is overdue the column beside says how long it has been silent.
      const isSaid = account.pace === "overdue" && account.sign_code === "silence";
      const sign = account.sign && !isSaid ? element("span", "sub sign", tr("Sign: {sign}", { sign: account.sign })) : null;
      if (!first) return element("div", "stack", element("span", "sub", page.no_reason), sign);
      const [, second] = account.reasons;
      return element("div", "stack", element("span", "", title(first)), element("span", "sub", first.says), sign,
        second ? element("span", "sub", tr("Also: {reason}", { reason: title(second) })) : null);
    },
    worth(cell) {
      const account = cell.getData();
      return element("div", "stack amount", element("span", "", money(account.at_risk)), element("span", "sub", tr("of {amount}", { amount: money(account.value) })));
    },
  };
  const byText = (a, b) => String(a || "\uffff").localeCompare(String(b || "\uffff"), page.locale, { sensitivity: "base" });

  const table = new Tabulator("#accounts", {
    data: accounts,
    index: "id",
    layout: "fitColumns",
    responsiveLayout: "hide",
    renderVertical: "basic",
    pagination: true,
    paginationSize: 50,
    paginationSizeSelector: [25, 50, 100, 250],
    paginationCounter: (size, first, _page, total) =>
      (total ? tr("{first:,}–{last:,} of {total:,} accounts", { first, last: Math.min(first + size - 1, total), total }) : ""),
    langs: { default: { pagination: {
      page_size: tr("Accounts a page"), first: tr("First"), first_title: tr("First Page"), last: tr("Last"), last_title: tr("Last Page"),
      prev: tr("Prev"), prev_title: tr("Prev Page"), next: tr("Next"), next_title: tr("Next Page"), page_title: tr("Show Page"),
    } } },
    headerSortClickElement: "header",
    columnDefaults: { resizable: false, headerSortTristate: false, headerWordWrap: true },
    initialSort: [{ column: "rank", dir: "asc" }],
    placeholder: accounts.length === 0 ? tr("No account is at risk.") : tr("No account matches. Clear a filter to see more."),
    columns: [
      { title: tr("Rank"), field: "rank", width: 78, hozAlign: "right", headerHozAlign: "right", responsive: 6, sorter: "number" },
      { title: tr("Account"), field: "name", formatter: cells.account, minWidth: 126, widthGrow: 2, responsive: 0, sorter: byText },
      { title: tr("Rep"), field: "rep", formatter: "plaintext", minWidth: 104, responsive: 5, sorter: byText },
      { title: tr("Risk"), field: "risk", formatter: cells.risk, minWidth: 80, responsive: 0, sorter: "number", headerSortStartingDir: "desc" },
      { title: page.pace, field: "days", formatter: cells.pace, minWidth: 172, widthGrow: 0.2, responsive: 4, sorter: "number", sorterParams: { alignEmptyValues: "bottom" }, headerSortStartingDir: page.soonest_first ? "asc" : "desc" },
      { title: tr("Main reason"), field: "main_title", formatter: cells.reason, minWidth: 230, widthGrow: 2.1, responsive: 2, sorter: byText },
      { title: tr("What to do"), field: "do", formatter: "plaintext", minWidth: 150, widthGrow: 1.7, responsive: 3, sorter: byText },
      { title: tr("Value at risk"), field: "at_risk", formatter: cells.worth, minWidth: 118, hozAlign: "right", headerHozAlign: "right", responsive: 1, sorter: "number", headerSortStartingDir: "desc" },
    ].filter((column) => (column.field !== "rep" || field("rep")) && (column.field !== "days" || page.pace) && (column.field !== "at_risk" || page.value_is)),
  });

  function matches(account) {
    const wanted = plain(field("search").value).split(/\s+/).filter(Boolean);
    const isNone = field("rep") !== null && field("rep").selectedOptions[0].dataset.none !== undefined;
    return wanted.every((word) => account.found_by.includes(word))
      && (isNone ? account.rep === null : !chosen("rep") || account.rep === chosen("rep"))
      && (!chosen("region") || account.region === chosen("region"))
      && (!chosen("pace") || account.pace === chosen("pace"))
      && (!chosen("sign") || account.sign_code === chosen("sign"))
      && (!chosen("reason") || account.main === chosen("reason"));
  }

  function showCount(rows) {
    const sum = rows.reduce((total, row) => total + (row.getData().at_risk || 0), 0);
    field("shown").textContent = rows.length === accounts.length
      ? tr("{count:,} accounts. Choose a heading to sort by it.", { count: accounts.length })
      : page.value_is
        ? tr("{shown:,} of {count:,} accounts, {amount} at risk", { shown: rows.length, count: accounts.length, amount: money(sum) })
        : tr("{shown:,} of {count:,} accounts", { shown: rows.length, count: accounts.length });
  }

  // What is chosen stands in the address, so that a rep's list or an account can be bookmarked and sent on.
  function remember() {
    const address = new URLSearchParams();
    for (const id of filters) if (chosen(id) && field(id).selectedIndex !== 0) address.set(id, chosen(id));
    if (dialog.open) address.set("account", dialog.dataset.account);
    history.replaceState(null, "", `#${address}`);
  }

  function recall() {
    const address = new URLSearchParams(location.hash.slice(1));
    for (const id of filters) {
      if (!address.has(id)) continue;
      field(id).value = address.get(id);
      if (field(id).selectedIndex === -1) field(id).selectedIndex = 0;
    }
    const account = byId.get(address.get("account"));
    filter();
    if (account) open(account);
  }

  function filter() {
    table.setFilter(matches);
    remember();
  }

  // One account

  function reasons(account) {
    if (!account.reasons.length) return element("div", "", element("p", "sub", tr("No reason stands out in our records.")), element("p", "do", account.do));
    const list = element("ol", "reasons");
    for (const reason of account.reasons) {
      const head = element("div", "head", element("strong", "", title(reason)), reason.strength ? element("span", `strength ${reason.strength}`, [tr(reason.strength), reason.lead].filter(Boolean).join(", ")) : null);
      list.append(element("li", "", head, reason.bar === null ? null : bar(reason.bar, "of-reason"), element("p", "", reason.says), reason.do ? element("p", "do", reason.do) : null));
    }
    return list;
  }

  function fact(term, ...says) {
    return element("div", "", element("dt", "", term), element("dd", "", ...says));
  }

  // Lanes whose events are only a day and a kind come as the days of each kind, newest last, to keep the file small.
  function unpacked(lanes) {
    const past = { ...lanes };
    for (const lane of ["contacts", "mailings", "signals", "reps"]) {
      if (!lanes[lane]) continue;
      past[lane] = Object.entries(lanes[lane]).flatMap(([kind, at]) => at.map((ago) => [ago, kind])).sort((one, other) => other[0] - one[0]);
    }
    return past;
  }

  function draw(account) {
    const place = dialog.querySelector(".timeline");
    place.replaceChildren();
    const drawn = drawTimeline(unpacked(page.timelines[account.id] || {}), page, words, Math.max(280, place.clientWidth));
    place.append(drawn || element("p", "sub", tr("No events on record in this time.")));
    if (drawn) {
      const key = [
        ["circle.good", "spoken", tr("in touch")], ["line.billing", "billed", tr("sent, nobody spoken with")],
        ["rect.returned", "returned", tr("sent back or credited")], ["g.done", "done", tr("settled")],
        ["g.open", "open", tr("never answered, or still open")], ["rect.quiet", "quiet", tr("since the last order")],
        ["polygon.good", "up", tr("speaks for them staying")], ["polygon.bad", "down", tr("speaks for them leaving")],
      ];
      place.append(element("p", "key", ...key.filter(([mark]) => drawn.querySelector(mark)).map(([, look, meaning]) => element("span", look, meaning))));
    }
  }

  function button(words, label, act) {
    const made = element("button", "plain", words);
    made.type = "button";
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  }

  function neighbour(account, step) {
    const listed = table.getRows("active").map((row) => row.getData().id);
    return byId.get(listed[listed.indexOf(account.id) + step]);
  }

  function open(account) {
    const until = day(new Date(`${page.watched_until[account.outlook]}T00:00:00Z`), LOOK);
    const previous = neighbour(account, -1);
    const next = neighbour(account, 1);
    const back = button(tr("‹ Previous"), tr("Previous account"), () => open(previous));
    const on = button(tr("Next ›"), tr("Next account"), () => open(next));
    back.disabled = !previous;
    on.disabled = !next;
    const name = element("h2", "", account.name);
    name.id = "account-name";
    const about = [account.name === account.id ? null : account.id, account.segment, account.region, account.rep ? tr("Rep: {rep}", { rep: account.rep }) : field("rep") && page.no_rep].filter(Boolean).join(" · ");
    const months = Math.round(page.days / 30.4);
    dialog.replaceChildren(
      element("nav", "", back, on, button(tr("Close ✕"), tr("Close"), () => dialog.close())),
      name, element("p", "about", about),
      element("dl", "facts",
        fact(tr("Risk"), account.risk_says, bar(100 * account.risk, "of-risk"), element("small", "", tr("of leaving by {day}", { day: until }))),
        page.value_is && fact(tr("Value at risk"), money(account.at_risk), element("small", "", tr("of {amount} {value_is}", { amount: money(account.value), value_is: page.value_is }))),
        page.pace && fact(page.pace, pace(account), element("small", "", account.stands)),
        fact(tr("Rank"), `${account.rank}`, page.value_is && element("small", "", tr("no. {place:,} by value at risk", { place: account.call })))),
      ...(account.sign ? [element("h3", "", tr("How one sees it")), element("p", "sign", account.sign)] : []),
      element("h3", "", tr("Reasons, and what to do")), reasons(account),
      ...(account.holds.length ? [element("h3", "", tr("What holds it")), element("ul", "holds", ...account.holds.map((fact) => element("li", "", fact)))] : []),
      ...(account.context ? [element("p", "context sub", account.context)] : []),
      element("h3", "", tr("The last {months} months", { months })), element("div", "timeline"),
      element("p", "sub", tr("Reasons are what moved the score. They are what our records show, and no proof of why an account leaves.")),
    );
    dialog.dataset.account = account.id;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    draw(account);
    remember();
  }

  // Wiring

  // Where nothing tells what accounts are worth, or who is on the way out, there is no button for it.
  field("by-value")?.addEventListener("click", () => table.setSort("at_risk", "desc"));
  field("on-schedule")?.addEventListener("click", () => { field("pace").value = "early"; filter(); table.setSort(page.value_is ? "at_risk" : "risk", "desc"); });

  table.on("tableBuilt", () => {
    for (const column of table.getColumns()) {
      const head = column.getElement();
      head.tabIndex = 0;
      head.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        head.click();
      });
    }
    recall();
  });
  table.on("dataFiltered", (_, rows) => showCount(rows));
  table.on("rowClick", (_, row) => open(row.getData()));
  for (const id of filters) field(id).addEventListener("input", filter);
  document.querySelector("form.filters").addEventListener("submit", (event) => event.preventDefault());
  document.querySelector("form.filters").addEventListener("reset", () => setTimeout(filter));
  dialog.addEventListener("close", remember);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const account = step && neighbour(byId.get(dialog.dataset.account), step);
    if (account) open(account);
  });
  window.addEventListener("resize", () => { if (dialog.open) draw(byId.get(dialog.dataset.account)); });
  // Rows keep the height that they were given: in a narrower window what they say takes more lines.
  let resized;
  window.addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(() => table.redraw(true), 200); });
})();
