/* Fits the threshold of an alert rule to its measure: on which side it is bad, how it is written. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const measure = document.querySelector("select[data-measures]");
  const comparison = document.getElementById("id_comparison");
  const threshold = document.getElementById("id_threshold");
  if (!measure || !comparison || !threshold) return;
  const facts = JSON.parse(measure.dataset.measures);
  const hint = document.getElementById("arm-threshold-hint");
  measure.addEventListener("change", () => {
    const fact = facts[measure.value];
    if (!fact) return;
    comparison.value = fact.comparison;
    if (hint) hint.textContent = fact.hint;
  });
});
