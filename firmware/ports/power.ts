/** What is known of the supply and the link; undefined where the board cannot tell. */
export interface Power {
  /** Charge, 0 to 100 %. */
  batteryPercent(): number | undefined;
  /** Signal quality: RSRP in dBm, -140 (worst) to -44 (3GPP TS 36.133, 9.1.4). */
  signalDbm(): number | undefined;
}
