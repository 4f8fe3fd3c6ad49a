/**
 * Serials that tell no camera from another, because every unit of a model, or of a whole chip, bears the same. Pure.
 * A camera that shows one of them is known by its port, so that a second unit is not taken for the first.
 */

/** Seen on cameras of several makers; where: the comment beside each. */
const SHARED_SERIALS: ReadonlySet<string> = new Set([
  '200901010001', // Realtek bridges: Logitech C270, Freeative (paukstelis/octoprint_deploy issues 203, 206)
  '01.00.00', // Sunplus bridges: built-in cameras of laptops (Debian bug 1006310)
  'SN0001', // Sonix bridges: ELP, Innomaker, A4tech, Lenovo (INNO-MAKER/U20CAM-9281M issue 4, HAP-python issue 53)
  '0001', // Chicony: built-in cameras of ThinkPads (boltgolt/howdy issue 1052)
]);

/** Counted up by whoever filled the field in because it must not be empty, or left at nought. */
const PLACEHOLDER = /^(0+1?|0?123456(7(8(90?)?)?)?|0123456789[aA][bB][cC][dD][eE][fF])$/;

/** @param serial as udev cleans it */
export function isSharedSerial(serial: string): boolean {
  return SHARED_SERIALS.has(serial) || PLACEHOLDER.test(serial);
}
