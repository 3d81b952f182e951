// Texts on a page that stand out too little from what is behind them, by WCAG 2.2, success criterion 1.4.3.

/** Runs in the page. Returns each text that is shown, can be used and is too faint, with its contrast and what is asked for. */
export function faintTexts() {
  const LARGE_PX = 24; // 18 points; bold ones count from 14 points
  const LARGE_BOLD_PX = 18.66;
  const BOLD = 700;

  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join(" ").trim();
    const box = element.getBoundingClientRect();
    if (!text || box.width < 2 || box.height < 2 || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest("script, style, option, :disabled, [inert], svg")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const needed = size >= LARGE_PX || (size >= LARGE_BOLD_PX && Number(style.fontWeight) >= BOLD) ? 3 : 4.5;
    const [front] = colors(style.color);
    const contrast = Math.min(...grounds(element).map((ground) => ratio(over(front, ground), ground)));
    if (contrast < needed) found.push({ text: text.slice(0, 60), contrast: Number(contrast.toFixed(2)), needed });
  }
  return found;

  /** Every colour that may lie behind an element: of gradients each stop; behind the picture of the avatar black and white. */
  function grounds(element) {
    const layers = [];
    let ends = [[255, 255, 255, 1]];
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(at);
      if (at.id === "frame") {
        ends = [[0, 0, 0, 1], [255, 255, 255, 1]];
        break;
      }
      const stops = backgroundImage.includes("gradient") ? colors(backgroundImage) : [];
      if (stops.length) layers.push(stops);
      layers.push(colors(backgroundColor));
      if (layers.at(-1)[0][3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => below.flatMap((ground) => layer.map((color) => over(color, ground))), ends);
  }

  /** The colours in a value of CSS as it is computed, [red, green, blue (0..255), alpha]. */
  function colors(value) {
    return [...value.matchAll(/rgba?\(([^)]+)\)/g)].map(([, parts]) => {
      const [red, green, blue, alpha = 1] = parts.split(/[\s,/]+/).map(Number);
      return [red, green, blue, alpha];
    });
  }

  function over(front, ground) {
    return [0, 1, 2].map((part) => front[3] * front[part] + (1 - front[3]) * ground[part]).concat(1);
  }

  function ratio(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  function luminance(color) {
    const [red, green, blue] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
}
