import { startPhone } from "@shared/phone/start";
import { App } from "./App";

await startPhone("member", <App />);
