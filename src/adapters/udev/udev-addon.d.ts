/** The npm package `udev` 1.0.1 has no types of its own. Only what is used here; `close` is left out on purpose. */
declare module 'udev' {
  /** All properties of a device, and its `syspath`. */
  export type UdevDevice = { readonly syspath: string } & Readonly<Record<string, string | null>>;

  /** Emits each udev action (`add`, `remove`, `change`, ...) with the device. */
  export interface UdevMonitor {
    on(action: string, handler: (device: UdevDevice) => void): this;
  }

  export interface UdevAddon {
    list(subsystem?: string): UdevDevice[];
    monitor(subsystem?: string): UdevMonitor;
  }

  const addon: UdevAddon;
  export default addon;
}
