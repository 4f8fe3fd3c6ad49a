/** The whole page takes a file that is dropped on it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { openFile } from '../session.ts';

export function DropTarget({ children }: { children: ComponentChildren }) {
  const [over, setOver] = useState(false);
  const take = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    setOver(event.type !== 'drop' && event.type !== 'dragleave');
    const [file] = event.type === 'drop' ? event.dataTransfer.files : [];
    if (file !== undefined) void openFile(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a file can be opened by a button, too
    <div class="app" onDragEnter={take} onDragOver={take} onDragLeave={take} onDrop={take}>
      {children}
      {over && (
        <div class="dropping">
          <p>Drop it to replay it</p>
        </div>
      )}
    </div>
  );
}
