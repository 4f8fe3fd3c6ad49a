/** How src/inspector becomes dist/inspector/inspector.html. */
import { join, resolve } from 'node:path';
import { defineConfig } from 'vite';
import { drawingsPlugin } from './drawings.mjs';
import { oneFilePlugin } from './one-file.mjs';

const PROJECT = resolve(import.meta.dirname, '../..');

export default defineConfig({
  root: join(PROJECT, 'src/inspector'),
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [drawingsPlugin(join(PROJECT, 'statecharts')), oneFilePlugin()],
  build: {
    outDir: join(PROJECT, 'dist/inspector'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    reportCompressedSize: false,
    // The drawings are most of it.
    chunkSizeWarningLimit: 2000,
    rollupOptions: { input: join(PROJECT, 'src/inspector/inspector.html') },
  },
});
