// When the graphics card is done.
const POLL_MS = 2;

/** Calls `done` when all that was asked of the card until now is drawn, or its context is lost; the function returned ends the wait. */
export function whenDrawn(gl: WebGL2RenderingContext, done: () => void): () => void {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  const isDrawn = () => !fence || gl.isContextLost() || gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED;
  let timer = window.setTimeout(function poll() {
    if (!isDrawn()) return void (timer = window.setTimeout(poll, POLL_MS));
    gl.deleteSync(fence);
    done();
  }, 0);
  return () => {
    clearTimeout(timer);
    gl.deleteSync(fence);
  };
}
