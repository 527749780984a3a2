import { startPhone } from "@shared/phone/start";
import { App } from "./App";

await startPhone("guide", <App />);
