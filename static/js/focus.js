// A form that came back with faults starts at the summary of them.
document.querySelector("[data-focus]")?.focus();
