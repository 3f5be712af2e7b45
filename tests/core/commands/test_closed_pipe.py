import subprocess
import sys


def test_a_closed_pipe_is_no_traceback():
    program = "from cocogan_core.commands.main import main; main(['rooms', '--help'])"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()  # as `| head` does when it has enough
        assert process.stderr.read() == b""
    assert process.returncode == 141
