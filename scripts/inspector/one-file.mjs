/** Puts scripts and styles into the page itself, so that it is one file, which also opens without a server. */

/** @returns {import('vite').Plugin} */
export function oneFilePlugin() {
  return {
    name: 'one-file',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = Object.values(bundle).find((part) => part.fileName.endsWith('.html'));
      let html = String(page.source);
      for (const part of Object.values(bundle)) {
        const place = part.fileName.replaceAll('.', '\\.');
        if (part.fileName.endsWith('.js')) {
          // A text in the script must not end it.
          const code = part.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
          // A module runs after the page was read, wherever it stands: what it draws into is there.
          html = html.replace(
            new RegExp(`<script[^>]*src="[^"]*${place}"[^>]*></script>`),
            () => `<script type="module">${code}</script>`,
          );
        } else if (part.fileName.endsWith('.css')) {
          html = html.replace(
            new RegExp(`<link[^>]*href="[^"]*${place}"[^>]*>`),
            () => `<style>${String(part.source)}</style>`,
          );
        } else continue;
        delete bundle[part.fileName];
      }
      page.source = html;
    },
  };
}
