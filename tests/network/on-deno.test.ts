import { storiesOn } from "./runtimes.ts"

storiesOn("deno", ["test", "-A", "--no-check"])
