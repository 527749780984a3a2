/** Sends a file as it is, tells how far it is, and can be stopped; the typed client knows no streams. */
import { type Schemas, callHeaders } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";

export type Uploaded = Schemas["UploadOut"];

export interface Sending {
  stop: () => void;
  done: Promise<Uploaded>;
}

/** Begins to send a file for an account; `told` hears the share that has gone, from 0 to 1. */
export function send(file: File, account: string, told: (share: number) => void): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<Uploaded>((resolve, reject) => {
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) told(event.loaded / event.total);
    };
    request.onerror = () => { reject(new Refusal(0, {})); };
    request.onabort = () => { reject(new DOMException("", "AbortError")); };
    request.onload = () => {
      const body = read(request.responseText);
      if (request.status === 201) resolve(body as Uploaded);
      else reject(new Refusal(request.status, body as ConstructorParameters<typeof Refusal>[1]));
    };
    const asked = new URLSearchParams({ account, name: file.name });
    request.open("POST", `/v1/uploads?${asked.toString()}`);
    request.withCredentials = true;
    request.setRequestHeader("Content-Type", "application/octet-stream");
    for (const [name, value] of Object.entries(callHeaders())) request.setRequestHeader(name, value);
    request.send(file);
  });
  return { stop: () => { request.abort(); }, done };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
