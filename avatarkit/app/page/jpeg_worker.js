// Makes JPEGs beside the page. A page itself encodes only while it is idle, which it hardly ever is where the processor draws:
// each picture waited for a second.
const canvas = new OffscreenCanvas(1, 1);
const brush = canvas.getContext("2d", { willReadFrequently: true }); // kept where it is encoded

onmessage = async ({ data: { number, picture, quality } }) => {
  [canvas.width, canvas.height] = [picture.width, picture.height];
  brush.drawImage(picture, 0, 0);
  picture.close();
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
  const bytes = await blob.arrayBuffer();
  postMessage({ number, bytes }, [bytes]);
};
