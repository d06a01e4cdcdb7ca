import { storiesOn } from "./runtimes.ts"

storiesOn("bun", ["test", "--timeout", "300000"])
