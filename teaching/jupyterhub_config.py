"""Settings of JupyterHub for a class: `jupyterhub -f teaching/jupyterhub_config.py`.

As they stand they are for a trial on one machine: everybody logs in with one password, all servers run under the
account that started the hub, and nothing can be reached from outside. What a class needs instead stands beside each
setting under "class". One environment serves all; README.md, beside this file, says how to make it.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub defines it

# The environment with the course's packages, jupyterhub and nbgitpuller. All kernels map the same files, so that the
# libraries are in memory once. Learners may read it, and need not write to it.
environment = Path(os.environ.get("COURSE_ENVIRONMENT", "/opt/rnn-course/.venv"))

c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # class: https, behind a web server or with c.JupyterHub.ssl_cert

# Trial: any name and one password. Class: the login of your house (packages oauthenticator, ltiauthenticator).
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ.get("HUB_PASSWORD", "")
c.Authenticator.allow_all = True

# Trial: a folder for each user, no accounts, no wall between users, and mem_limit is only shown. Class:
# "systemd" (package jupyterhub-systemdspawner) or "docker" (dockerspawner), which keep users apart and keep the limit.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = os.environ.get("HUB_HOMES", "/srv/learners") + "/{username}"

c.Spawner.cmd = [str(environment / "bin" / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.mem_limit = "4G"
c.Spawner.start_timeout = 120  # seconds; when a whole class comes at once, the last waits longest
c.JupyterHub.concurrent_spawn_limit = 10

# A notebook that was left open keeps its memory. A kernel that has not computed for an hour ends, the files stay.
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--MappingKernelManager.cull_interval=300",
    "--MappingKernelManager.cull_connected=True",
]

# A server that nobody has used for two hours ends, too; the next login starts it again.
c.JupyterHub.services = [
    {
        "name": "cull-idle",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=7200", "--cull-every=300"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "cull-idle",
        "services": ["cull-idle"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
