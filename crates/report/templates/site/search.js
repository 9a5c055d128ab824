"use strict";
(() => {
  const field = document.getElementById("query");
  const results = document.getElementById("results");
  const root = field.dataset.root;
  const LIMIT = 12;

  const words = (text) => text.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  const index = ENTRIES.map(([code, title, severity, cause, more, surfaces]) => ({
    code,
    title,
    severity,
    strong: words(code + " " + title),
    cause: words(cause),
    weak: words(more),
    surfaces,
    digits: code.replace(/\D/g, ""),
  }));

  // One letter more, less, other or swapped.
  const near = (a, b) => {
    if (Math.abs(a.length - b.length) > 1 || a.length < 4) return false;
    let start = 0;
    while (start < a.length && a[start] === b[start]) start++;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
    const left = a.slice(start, a.length - end);
    const right = b.slice(start, b.length - end);
    const swapped = left.length === 2 && left[0] === right[1] && left[1] === right[0];
    return swapped || (left.length <= 1 && right.length <= 1);
  };

  const worth = (word, known) => {
    if (known.includes(word)) return 4;
    if (word.length > 2 && known.some((other) => other.startsWith(word))) return 3;
    return known.some((other) => near(word, other)) ? 2 : 0;
  };

  const score = (entry, wanted, digits) => {
    let hits = 0;
    let sum = 0;
    for (const word of wanted) {
      const found = Math.max(2 * worth(word, entry.strong), 1.5 * worth(word, entry.cause), worth(word, entry.weak));
      hits += found > 0;
      sum += found;
    }
    if (digits.length > 3 && entry.digits.startsWith(digits)) sum += entry.digits === digits ? 100 : 20;
    // What is met in many places is looked for more often.
    return sum ? hits * 100 + sum + entry.surfaces / 2 : 0;
  };

  const show = () => {
    const wanted = words(field.value).slice(0, 12);
    const digits = field.value.replace(/\D/g, "");
    const found = index
      .map((entry) => [score(entry, wanted, digits), entry])
      .filter(([points]) => points > 0)
      .sort((a, b) => b[0] - a[0])
      .slice(0, LIMIT);
    results.hidden = wanted.length === 0;
    results.replaceChildren();
    if (!wanted.length) return;
    if (!found.length) {
      const none = document.createElement("p");
      none.textContent = "No code fits. Fewer or other words may.";
      results.append(none);
      return;
    }
    const list = document.createElement("ul");
    list.className = "rows";
    for (const [, entry] of found) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = root + "code/" + entry.code + ".html";
      const severity = document.createElement("span");
      severity.className = "severity " + entry.severity;
      severity.textContent = entry.severity;
      const code = document.createElement("code");
      code.textContent = entry.code;
      const title = document.createElement("span");
      title.textContent = entry.title;
      link.append(severity, code, " ", title);
      item.append(link);
      list.append(item);
    }
    results.append(list);
  };

  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    const first = results.querySelector("a");
    if (event.key === "Enter" && first) location.href = first.href;
  });
})();
