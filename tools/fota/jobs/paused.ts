/** Reason code of a job that was canceled to be resumed. */
export const PAUSED = "FOTA_PAUSED";
