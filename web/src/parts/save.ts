// A file for whoever sits before the page.

/** Browsers begin to read it some time after the click. */
const reading_ms = 60_000;

export function save_file(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), reading_ms);
}
