// What is behind the figure: a colour, nothing, or the studio's soft gradient. The page and the pictures show the same.
const STUDIO = ["#f4f5f7", "#dfe3e9", "#c3c9d2"] as const;
const STOPS = [0, 0.55, 1] as const;
const MIDDLE = 0.42; // of the height

/** As a CSS background. */
export function backdropStyle(wanted: string | null): string {
  if (wanted) return wanted;
  const stops = STUDIO.map((color, k) => `${color} ${100 * STOPS[k]!}%`).join(", ");
  return `radial-gradient(circle farthest-corner at 50% ${100 * MIDDLE}%, ${stops})`;
}

/** Painted behind a picture. */
export function paintBackdrop(context: CanvasRenderingContext2D, wanted: string | null): void {
  const { width, height } = context.canvas;
  const radius = Math.hypot(width / 2, Math.max(MIDDLE, 1 - MIDDLE) * height);
  const gradient = context.createRadialGradient(width / 2, MIDDLE * height, 0, width / 2, MIDDLE * height, radius);
  STUDIO.forEach((color, k) => gradient.addColorStop(STOPS[k]!, color));
  context.fillStyle = wanted || gradient;
  if (wanted !== "transparent") context.fillRect(0, 0, width, height);
}
