// What this browser says, loudly, when the journal's past is not the one it knows.

import { now } from "../app";
import { format_time } from "../format";
import { t } from "../messages";
import { accept, evidence, sighting, type Sighting } from "../sighting";
import { Icon } from "./icon";
import { save_file } from "./save";

function words_of({ held, at, conflict, unchecked }: Sighting): string {
  const time = format_time(at, now.value);
  if (!conflict) return t("witness.unchecked", { time, detail: unchecked ?? "" });
  return t(`witness.${conflict.kind}`, { time, before: held.size, after: conflict.now.size });
}

export function WitnessBanner() {
  const seen = sighting.value;
  return (
    <div role="alert" data-witnessed={seen?.held.size}>
      {(seen?.conflict || seen?.unchecked) && (
        <p class="banner is-bad" data-witness={seen.conflict?.kind ?? "unchecked"}>
          <Icon name="problems" />
          <span>{words_of(seen)}</span>
          {seen.conflict && (
            <>
              <button type="button" data-save-proof onClick={() => save_file(evidence(), "foxtail-journal-conflict.txt")}>
                {t("witness.save")}
              </button>
              <button type="button" data-accept onClick={accept}>
                {t("witness.know")}
              </button>
            </>
          )}
        </p>
      )}
    </div>
  );
}
