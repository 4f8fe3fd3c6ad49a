/** How large the chart is drawn. */
import { signal } from '@preact/signals';

/** As a person wants it; null: as it fits. */
export const scale = signal<number | null>(null);

/** The size at which the sheet fits, as the drawing measured it. */
export const fitted = signal(1);
