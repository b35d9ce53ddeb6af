import TrainerProcess
import SchedulerService
import WorkerService
TrainerLoop(commands: 0, reports: 1).run()
