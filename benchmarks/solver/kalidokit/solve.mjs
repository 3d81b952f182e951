// Reads frames of 33 landmarks (world3d and image2d, MediaPipe's axes) from standard input, writes Kalidokit's Euler angles.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { buildSync } from "esbuild";

const bundle = new URL("./node_modules/.kalidokit.cjs", import.meta.url).pathname;
buildSync({ entryPoints: ["kalidokit"], bundle: true, platform: "node", format: "cjs", outfile: bundle, logLevel: "error" });
const { Pose } = createRequire(import.meta.url)(bundle);

const { world3d, image2d, bones } = JSON.parse(readFileSync(0, "utf8"));
const point = ([x, y, z]) => ({ x, y, z: z ?? 0, visibility: 1 });
const angles = ({ x, y, z }) => [x, y, z];
const start = process.hrtime.bigint();
const solved = world3d.map((frame, k) => Pose.solve(frame.map(point), image2d[k].map(point), { runtime: "mediapipe" }));
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const rotations = solved.map((pose) => bones.map((bone) => angles(bone === "Hips" ? pose.Hips.rotation : pose[bone])));
process.stdout.write(JSON.stringify({ rotations, seconds }));
