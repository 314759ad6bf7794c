import type { JobScene, Scene } from "../record/scene.ts";
import { seconds } from "./text.ts";

/** The job as each side has it. */
export function Jobs({ scene }: { readonly scene: Scene }) {
  return (
    <section aria-labelledby="job-title" class="jobs">
      <h2 id="job-title">Job</h2>
      <div class="sides">
        <JobSide title="As the cloud has it" id="cloud-job" job={scene.cloudJob} />
        <JobSide title="As the tracker last said" id="tracker-job" job={scene.trackerJob} />
      </div>
    </section>
  );
}

function JobSide({
  title,
  id,
  job,
}: {
  readonly title: string;
  readonly id: string;
  readonly job: JobScene | undefined;
}) {
  return (
    <div id={id}>
      <h3>{title}</h3>
      <dl>
        <dt>status</dt>
        <dd class={job?.status ?? ""}>{job?.status ?? "none"}</dd>
        <dt>version</dt>
        <dd>{job?.versionNumber ?? "–"}</dd>
        <dt>since</dt>
        <dd>{job === undefined ? "–" : seconds(job.atMs)}</dd>
        {Object.entries(job?.details ?? {}).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </div>
  );
}
