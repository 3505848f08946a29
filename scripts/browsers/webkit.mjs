/** WebKitGTK's small browser, spoken to by the W3C WebDriver protocol. */
import { spawn } from 'node:child_process';
import { withTimeout } from './timeout.mjs';

const PROGRAM = 'WebKitWebDriver';
const PORT = 4795;
const DISPLAY = ':95';

/** A browser as checks.mjs uses it; null if there is none. */
export async function openWebKit(find) {
  const program = find(PROGRAM);
  if (!program) return null;
  const children = [];
  // Its sandbox and its graphics need what a container lacks; it reads the project's own page alone.
  const env = { ...process.env, LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' };
  // It has no mode without a window.
  if (!env.DISPLAY && find('Xvfb')) {
    children.push(spawn('Xvfb', [DISPLAY, '-screen', '0', '1600x1200x24'], { stdio: 'ignore' }));
    env.DISPLAY = DISPLAY;
  }
  children.push(spawn(program, [`--port=${PORT}`], { env, stdio: 'ignore' }));
  const end = () => {
    for (const child of children) child.kill();
  };
  try {
    await listening();
    const { sessionId, capabilities } = await ask('POST', '', { capabilities: {} });
    return browser(sessionId, capabilities, end);
  } catch (error) {
    end();
    throw error;
  }
}

function browser(id, capabilities, end) {
  const send = (path, body) => ask('POST', `/${id}${path}`, body);
  return {
    name: 'WebKitGTK',
    version: capabilities.browserVersion,
    resize: (width, height) => send('/window/rect', { width, height }),
    goto: (url) => send('/url', { url }),
    /** A function without free names, and its arguments, which are JSON. */
    evaluate: (body, ...args) =>
      send('/execute/async', {
        script: `const done = arguments[arguments.length - 1];
          Promise.resolve((${body})(...[...arguments].slice(0, -1))).then(done);`,
        args,
      }),
    click(x, y) {
      const at = [
        { type: 'pointerMove', x, y, duration: 0 },
        { type: 'pointerDown', button: 0 },
        { type: 'pointerUp', button: 0 },
      ];
      return send('/actions', { actions: [{ type: 'pointer', id: 'mouse', actions: at }] });
    },
    /** The driver has no command for it. */
    print: null,
    async close() {
      await ask('DELETE', `/${id}`);
      end();
    },
  };
}

async function listening() {
  await withTimeout(`${PROGRAM} listens`, async (resolve) => {
    for (;;) {
      const isThere = await fetch(`http://127.0.0.1:${PORT}/status`).then(
        () => true,
        () => false,
      );
      if (isThere) return resolve();
      await new Promise((next) => setTimeout(next, 100));
    }
  });
}

async function ask(method, path, body) {
  const response = await fetch(`http://127.0.0.1:${PORT}/session${path}`, {
    method,
    body: body && JSON.stringify(body),
  });
  const { value } = await response.json();
  if (value?.error) throw new Error(`${path || 'session'}: ${value.error}, ${value.message}`);
  return value;
}
