import ClusterVocabulary
import Testing

@testable import SchedulerCore

/// Stories of checkpoints and of a measured H, told in the commands of scenarios; what must follow
/// is asked for line by line.
struct CheckpointStoryTests {
    private struct Story {
        var world = ScenarioWorld()

        @discardableResult
        mutating func tell(_ commands: String...) -> String {
            commands.flatMap { world.run($0) }.joined(separator: "\n")
        }
    }

    @Test func allWorkersLostBeginsFromTheNewestCheckpoint() {
        var story = Story()
        story.tell(
            "register h1 cpu=2", "register h2 cpu=2", "submit digits replicas=4",
            "status h1 digits-1:prepared:rounds=-1", "status h2 digits-1:prepared:rounds=-1")
        story.tell("checkpoint h1 digits-1 round=4")
        let second = story.tell("checkpoint h1 digits-1 round=8")
        #expect(second.contains("fact Checkpointed digits-1 h1 (after round 8)"))
        #expect(second.contains("discard file4"))
        // One that comes late and one of an old try change nothing, and are removed.
        #expect(story.tell("checkpoint h1 digits-1 round=6").contains("discard file6"))
        #expect(
            story.tell("checkpoint h1 digits-1 round=12 attempt=9").contains("discard file12"))
        story.tell("leave h1", "leave h2")
        let again = story.tell("register h3 cpu=2", "register h4 cpu=2")
        #expect(again.contains("-> h3 prepare digits-1#2"))
        #expect(again.contains("from checkpoint 8"))
    }

    @Test func theRoundsGoOnWhereTheCheckpointStands() {
        var story = Story()
        story.tell(
            "register h1", "submit digits", "status h1 digits-1:prepared:rounds=-1",
            "checkpoint h1 digits-1 round=8", "leave h1")
        #expect(story.tell("register h2").contains("lanes 1 from checkpoint 8"))
        #expect(
            story.tell("status h2 digits-1:prepared:rounds=8").contains(
                "go digits-1#2 term 2 at round 8 state of h2"))
        story.tell("status h2 digits-1:finished:rounds=20")
        let end = story.tell("status h2 digits-1:published:rounds=20")
        #expect(end.contains("discard file8"))
        #expect(story.world.scheduler.record(of: .init(1))?.checkpoint == nil)
    }

    @Test func aCheckpointThatCannotBeReadIsForgotten() {
        var story = Story()
        story.tell(
            "register h1", "submit digits", "status h1 digits-1:prepared:rounds=-1",
            "checkpoint h1 digits-1 round=4", "leave h1", "register h2")
        let answer = story.tell("status h2 digits-1:prepared:rounds=-1")
        #expect(answer.contains("the checkpoint after round 4 cannot be read"))
        #expect(answer.contains("discard file4"))
        #expect(answer.contains("at round 0 from the seed"))
    }

    @Test func aSuspendedJobKeepsItsCheckpoint() {
        var story = Story()
        story.tell(
            "register h1", "submit digits", "status h1 digits-1:prepared:rounds=-1",
            "checkpoint h1 digits-1 round=4")
        #expect(story.tell("suspend digits-1").contains("its checkpoint after round 4"))
        // Stored while the job was being taken from its node.
        story.tell("checkpoint h1 digits-1 round=8")
        #expect(story.tell("resume digits-1").contains("from checkpoint 8"))
    }

    @Test func aRestartOfTheSchedulerKeepsTheCheckpoint() {
        var story = Story()
        story.tell(
            "register h1", "submit digits", "status h1 digits-1:prepared:rounds=-1",
            "checkpoint h1 digits-1 round=4", "restart", "register h1", "leave h1")
        #expect(story.tell("register h2").contains("from checkpoint 4"))
    }

    /// A step takes 10 ms, an exchange 5 without straggling: 5 / (0.05 * 10) = 10 steps.
    @Test func aMeasuredLengthIsWrittenDownBeforeItIsUsed() {
        var story = Story()
        story.tell(
            "register h1 cpu=1", "register h2 cpu=1",
            "submit digits replicas=2 steps=4 measured",
            "status h1 digits-1:prepared:rounds=-1", "status h2 digits-1:prepared:rounds=-1")
        let early = story.tell(
            "progress h1 digits-1 rounds=5 of=100 measured=5 compute=200 exchange=30 straggle=5")
        #expect(!early.contains("prepare"))
        let enough = story.tell(
            "progress h1 digits-1 rounds=8 of=100 measured=8 compute=320 exchange=48 straggle=8")
        #expect(enough.contains("prepare digits-1#1 term 2"))
        #expect(!enough.contains("every 10 from round"))
        let borders = story.tell(
            "status h1 digits-1:prepared:rounds=9", "status h2 digits-1:prepared:rounds=8")
        #expect(borders.contains("fact IntervalChosen digits-1 (every 10 steps from round 9 on)"))
        #expect(borders.contains("prepare digits-1#1 term 3 lanes 1 every 10 from round 9"))
        #expect(!borders.contains(" go "))
        story.tell("status h1 digits-1:prepared:rounds=9", "status h2 digits-1:prepared:rounds=8")
        // It is chosen once, and a restart keeps it.
        let later = story.tell(
            "progress h1 digits-1 rounds=30 of=100 measured=20 compute=9000 exchange=9000")
        #expect(!later.contains("prepare"))
        story.tell(
            "restart", "register h1 cpu=1", "register h2 cpu=1",
            "heartbeat h1 digits-1:training:rounds=30",
            "heartbeat h2 digits-1:training:rounds=30")
        #expect(story.tell("leave h2").contains("every 10 from round 9"))
    }
}
