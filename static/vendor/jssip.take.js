/* What we take of JsSIP: beside its public face the dialog, with which a call is taken up again after a reload. */

export { RTCSession, UA, WebSocketInterface } from "jssip";
export { default as Dialog } from "jssip/lib/Dialog.js";
