/** Lets antd-mobile's dialogs and toasts draw under React 19; without it they do nothing, in silence. */
import { unstableSetRender } from "antd-mobile";
import { type Root, createRoot } from "react-dom/client";

const roots = new WeakMap<Element | DocumentFragment, Root>();

unstableSetRender((node, container) => {
  const root = roots.get(container) ?? createRoot(container);
  roots.set(container, root);
  root.render(node);
  return async () => {
    // The library takes a drawing away while another one is made; React wants that finished first.
    await Promise.resolve();
    root.unmount();
    roots.delete(container);
  };
});
