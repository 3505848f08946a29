import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { firstChunks } from './scripts/chunks.mjs';
import { pagePolicy, zodWithoutEval } from './scripts/hardened.mjs';
import { thirdPartyNotices } from './scripts/notices.mjs';
import { offline } from './scripts/offline.mjs';

const notices = thirdPartyNotices();

export default defineConfig({
  // Relative addresses: the built page works from any path of any static server.
  base: './',
  plugins: [react(), pagePolicy(), zodWithoutEval(), notices.page, offline()],
  // A browser that does not preload modules loads them when they are imported.
  build: {
    target: 'es2023',
    sourcemap: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: firstChunks(import.meta.dirname), debugName: 'first visit' }],
          includeDependenciesRecursively: false,
        },
      },
    },
  },
  worker: { format: 'es', plugins: () => [zodWithoutEval(), notices.workers] },
  // Found only when Verify is pressed: without this the development server would reload the page then.
  optimizeDeps: {
    include: ['@bufbuild/protobuf', 'onnx-buf', 'onnxruntime-web/wasm', 'onnxruntime-web/jspi'],
  },
  // The command line starts faster from a few files of its own than from hundreds of its packages'.
  ssr: { noExternal: true, external: ['webgpu', 'onnxruntime-web'] },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
});
